"""The read side: what pages and the API show of pictures, collections and upload batches.

The public face is what this module exports; other packages import nothing else from it.
Nothing is written here. May import gallery.search, gallery.vectors, gallery.models and
gallery.exceptions.
"""

from gallery.browsing.collection_cards import (
    COVER_PICTURES,
    covers_of,
    newly_public_count,
    with_counts,
)
from gallery.browsing.coverage import coverage
from gallery.browsing.downloads import stream_zip
from gallery.browsing.examples import example_queries
from gallery.browsing.facets import MAX_COUNTED, FacetChoice, Facets, collection_facets, facets
from gallery.browsing.keyset import (
    Position,
    Slice,
    for_tiles,
    newest_neighbours,
    newest_slice,
    slice_at,
)
from gallery.browsing.tag_completion import complete_tag
from gallery.browsing.upload_progress import (
    BatchRows,
    BatchSummary,
    FileState,
    ItemProgress,
    summarize_batch,
)

__all__ = [
    "COVER_PICTURES",
    "MAX_COUNTED",
    "BatchRows",
    "BatchSummary",
    "FacetChoice",
    "Facets",
    "FileState",
    "ItemProgress",
    "Position",
    "Slice",
    "collection_facets",
    "complete_tag",
    "coverage",
    "covers_of",
    "example_queries",
    "facets",
    "for_tiles",
    "newest_neighbours",
    "newest_slice",
    "newly_public_count",
    "slice_at",
    "stream_zip",
    "summarize_batch",
    "with_counts",
]
