"""Search: from a query to a page of pictures that the viewer may see.

The public face is what this module exports; other packages import nothing else of it. May import
gallery.embedding, gallery.ingest, gallery.models and gallery.exceptions.
"""

from gallery.search.engine import run_search, similar_images
from gallery.search.query import Chip, Filters, SearchQuery
from gallery.search.query_images import keep_query_image, purge_query_images
from gallery.search.results import Hit, SearchPage

__all__ = [
    "Chip",
    "Filters",
    "Hit",
    "SearchPage",
    "SearchQuery",
    "keep_query_image",
    "purge_query_images",
    "run_search",
    "similar_images",
]
