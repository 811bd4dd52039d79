"""Answers a query for a viewer. The one place where the parts of the package come together."""

from __future__ import annotations

from gallery.models import Image
from gallery.models.people import Viewer
from gallery.search.query import SearchQuery
from gallery.search.results import Hit, SearchPage


def run_search(query: SearchQuery, *, viewer: Viewer, page_size: int | None = None) -> SearchPage:
    """One page of what the viewer may see, best first (or newest first: `query.sort`).

    `page_size` is settings.SEARCH_PAGE_SIZE unless given. With filters alone the newest pictures
    come first. Raises InvalidQuery, NotSearchableYet, NoActiveEncoder or EncoderUnavailable, each
    with one sentence.
    """
    raise NotImplementedError


def similar_images(image: Image, *, viewer: Viewer, limit: int = 12) -> tuple[Hit, ...]:
    """The visible pictures nearest to a stored one, without it and its copies.

    Empty when the picture has no vector yet or the viewer may not see it.
    """
    raise NotImplementedError
