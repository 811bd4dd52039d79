"""The list that a picture was opened from: carried in its address, so that ← → go through it.

A trail is text such as “browse?tag=cat”, “search?q=a+cat&page=2” or “collections/cats?year=2024”.
It is untrusted: anything else is no trail, and everything it leads to is asked for anew with the
viewer's permissions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from gallery.browsing import newest_neighbours
from gallery.exceptions import SemblanceError
from gallery.models import Image
from gallery.models.people import Viewer
from gallery.search import Filters, SearchPage, SearchQuery, matching_images, run_search

BROWSE = "browse"
SEARCH = "search"
_COLLECTION = re.compile(r"collections/([-\w]{1,80})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A neighbour: its picture and the trail to go on with."""

    pk: int
    trail: str


@dataclass(frozen=True, kw_only=True)
class Trail:
    """Where one came from: the kind of list, its filters or query, and the collection's slug."""

    place: str
    params: str

    def __str__(self) -> str:
        return f"{self.place}?{self.params}" if self.params else self.place

    @property
    def slug(self) -> str:
        """The collection whose page it was, else nothing."""
        match = _COLLECTION.fullmatch(self.place)
        return match[1] if match else ""

    @property
    def back_url(self) -> str:
        """The address of the list."""
        if self.slug:
            path = reverse("gallery:collection", kwargs={"slug": self.slug})
        else:
            path = reverse(f"gallery:{self.place}")
        return f"{path}?{self.params}" if self.params else path

    @property
    def back_words(self) -> str:
        """What the way back leads to."""
        if self.place == SEARCH:
            return "Results"
        return "Collection" if self.slug else "All pictures"

    def neighbours(self, image: Image, *, viewer: Viewer) -> tuple[Step | None, Step | None]:
        """The pictures before and after in the list, as far as the viewer may see them."""
        if self.place == SEARCH:
            return self._in_results(image, viewer=viewer)
        data = QueryDict(self.params, mutable=True)
        if self.slug:
            data.setlist("collection", [self.slug])
        images = matching_images(Filters.from_params(data), viewer=viewer)
        before, after = newest_neighbours(images, image=image)
        return self._step(before), self._step(after)

    def _step(self, pk: int | None) -> Step | None:
        return None if pk is None else Step(pk=pk, trail=str(self))

    def _in_results(self, image: Image, *, viewer: Viewer) -> tuple[Step | None, Step | None]:
        query = SearchQuery.from_params(QueryDict(self.params))
        try:
            page = run_search(query, viewer=viewer)
        except SemblanceError:
            return None, None
        ids = [hit.image.pk for hit in page.hits]
        if image.pk not in ids:
            return None, None
        place = ids.index(image.pk)
        before = _result(page, place - 1) or _over_the_edge(page, by=-1, viewer=viewer)
        after = _result(page, place + 1) or _over_the_edge(page, by=1, viewer=viewer)
        return before, after


def trail_from(text: str) -> Trail | None:
    """The trail of an address; None for none and for junk."""
    place, _, params = text[:2000].partition("?")
    if place in (BROWSE, SEARCH) or _COLLECTION.fullmatch(place):
        return Trail(place=place, params=QueryDict(params).urlencode())
    return None


def search_trail(query: SearchQuery) -> str:
    """The trail of a page of results."""
    return str(Trail(place=SEARCH, params=query.to_params()))


def _result(page: SearchPage, place: int) -> Step | None:
    if not 0 <= place < len(page.hits):
        return None
    return Step(pk=page.hits[place].image.pk, trail=search_trail(page.query))


def _over_the_edge(page: SearchPage, *, by: int, viewer: Viewer) -> Step | None:
    """The nearest result of the page before or after."""
    if not (page.has_next if by > 0 else page.has_previous):
        return None
    query = page.query.with_(page=page.query.page + by)
    try:
        there = run_search(query, viewer=viewer)
    except SemblanceError:  # the encoder or a picture of the query went away since the first page
        return None
    return _result(there, 0 if by > 0 else len(there.hits) - 1)
