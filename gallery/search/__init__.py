"""Search: turn a query into a page of pictures that the viewer may see.

The public face is what this module exports; other packages import nothing else from it. May import
gallery.embedding, gallery.vectors, gallery.ingest, gallery.models and gallery.exceptions.
"""

from gallery.search.console import console_viewer
from gallery.search.count_sentences import count_sentence
from gallery.search.engine import good_matches, run_search, similar_images
from gallery.search.evaluation import (
    RECALL_AT,
    Evaluation,
    ask_questions,
    places_by_search,
    places_by_vectors,
)
from gallery.search.filters import filter_images, matching_images, orientation_case
from gallery.search.query import (
    EVEN_WEIGHT,
    IMPORTANCES,
    MAX_PARTS,
    ORIENTATIONS,
    Chip,
    Filters,
    Importance,
    Orientation,
    SearchQuery,
)
from gallery.search.query_images import keep_query_image, picture_cut_from, purge_query_images
from gallery.search.results import Hit, LeftOut, SearchPage
from gallery.search.scope import Scope

__all__ = [
    "EVEN_WEIGHT",
    "IMPORTANCES",
    "MAX_PARTS",
    "ORIENTATIONS",
    "RECALL_AT",
    "Chip",
    "Evaluation",
    "Filters",
    "Hit",
    "Importance",
    "LeftOut",
    "Orientation",
    "Scope",
    "SearchPage",
    "SearchQuery",
    "ask_questions",
    "console_viewer",
    "count_sentence",
    "filter_images",
    "good_matches",
    "keep_query_image",
    "matching_images",
    "orientation_case",
    "picture_cut_from",
    "places_by_search",
    "places_by_vectors",
    "purge_query_images",
    "run_search",
    "similar_images",
]
