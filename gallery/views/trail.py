"""The trail: the list that a picture was opened from. The picture's URL carries it, so that ← and →
move through that list and the back link returns to the picture's position in it.

A trail is text such as “browse?tag=cat”, “search?q=a+cat&page=2” or “collections/cats?year=2024”.
For a picture opened from the similar pictures of another one, the id of that one comes first:
“12~browse”, and “12.34~browse” one step further. A trail is untrusted: invalid text is ignored, and
everything it leads to is looked up again with the viewer's permissions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gallery.browsing import newest_neighbours
from gallery.exceptions import SemblanceError
from gallery.http.numbers import is_number
from gallery.models import Image
from gallery.models.people import Viewer
from gallery.search import (
    Filters,
    Hit,
    SearchPage,
    SearchQuery,
    matching_images,
    run_search,
    similar_images,
)
from gallery.views.places import anchor_of, place_pairs

BROWSE = "browse"
SEARCH = "search"
# One row of the strip of similar pictures on a wide screen, three on a phone.
SIMILAR_SHOWN = 12
# Steps between strips of similar pictures that the trail keeps; older ones are dropped.
MAX_STEPS = 12
# Characters. Longer than any URL that this site builds for a query.
MAX_LENGTH = 2000
_COLLECTION = re.compile(r"collections/([-\w]{1,80})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A neighbour: its picture, and the trail to continue with."""

    pk: int
    trail: str


@dataclass(frozen=True, kw_only=True)
class Back:
    """A back link: its URL and its text."""

    url: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Trail:
    """The list that the reader came from, with its filters or query, and `via`: the pictures whose
    similar pictures were followed from there, most recent last."""

    place: str
    params: str
    via: tuple[int, ...] = ()

    def __str__(self) -> str:
        steps = ".".join(str(pk) for pk in self.via)
        start = f"{steps}~{self.place}" if steps else self.place
        return f"{start}?{self.params}" if self.params else start

    @property
    def slug(self) -> str:
        """The slug of the collection whose page it was, else an empty string."""
        match = _COLLECTION.fullmatch(self.place)
        return match[1] if match else ""

    @property
    def filters(self) -> Filters:
        """The filters of the list; in a collection that collection is one of them."""
        data = QueryDict(self.params, mutable=True)
        if self.slug:
            data.setlist("collection", [self.slug])
        return Filters.from_params(data)

    def to_similar_of(self, image: Image) -> Trail:
        """Return the trail for the pictures in this picture's strip of similar pictures."""
        return replace(self, via=(*self.via, image.pk)[-MAX_STEPS:])

    def seen_by(self, viewer: Viewer) -> Trail:
        """Drop pictures that the viewer may not see: the URL may come from someone else."""
        if not self.via:
            return self
        visible = set(
            Image.objects.visible_to(viewer).filter(pk__in=self.via).values_list("pk", flat=True)
        )
        return replace(self, via=tuple(pk for pk in self.via if pk in visible))

    def back_from(self, image: Image | None) -> Back:
        """Return the back link of a picture: to the similar pictures it was opened from, else to
        its position in the list. Without a picture, to the start of the list."""
        pk = image.pk if image else None
        if self.via:
            origin = str(replace(self, via=self.via[:-1]))
            anchor = anchor_of(pk) if pk else ""
            return Back(url=image_url(self.via[-1], trail=origin) + anchor, words=_("Back"))
        if self.place == SEARCH:
            return Back(url=self.list_url(pk), words=_("Results"))
        if not self.slug:
            return Back(url=self.list_url(pk), words=_("All pictures"))
        is_its_own = image is not None and image.collection.slug == self.slug
        words = image.collection.name if image and is_its_own else _("Collection")
        return Back(url=self.list_url(pk), words=words)

    def list_url(self, pk: int | None = None) -> str:
        """Return the URL of the list, at the position of a picture if one is given."""
        if self.slug:
            path = reverse("gallery:collection", kwargs={"slug": self.slug})
        else:
            path = reverse(f"gallery:{self.place}")
        # A page of results is found by its number, which the trail has.
        place = [] if self.place == SEARCH else place_pairs(pk)
        params = "&".join(part for part in (self.params, urlencode(place)) if part)
        anchor = "" if pk is None else anchor_of(pk)
        return f"{path}?{params}{anchor}" if params else f"{path}{anchor}"

    def neighbours(self, image: Image, *, viewer: Viewer) -> tuple[Step | None, Step | None]:
        """Return the previous and next pictures of the list that the viewer may see."""
        if self.via:
            return self._in_similar(image, viewer=viewer)
        if self.place == SEARCH:
            return self._in_results(image, viewer=viewer)
        images = matching_images(self.filters, viewer=viewer)
        before, after = newest_neighbours(images, image=image)
        return self._step(before), self._step(after)

    def _in_similar(self, image: Image, *, viewer: Viewer) -> tuple[Step | None, Step | None]:
        origin = Image.objects.visible_to(viewer).filter(pk=self.via[-1]).first()
        if origin is None:
            return None, None
        ids = [hit.image.pk for hit in similar_to(origin, viewer=viewer)]
        if image.pk not in ids:
            return None, None
        place = ids.index(image.pk)
        return (
            self._step(ids[place - 1] if place else None),
            self._step(ids[place + 1] if place + 1 < len(ids) else None),
        )

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
    """Parse the trail of a URL; None if it is missing or invalid."""
    start, _mark, params = text[:MAX_LENGTH].partition("?")
    steps, mark, place = start.rpartition("~")
    via = steps.split(".") if mark else []
    if len(via) > MAX_STEPS or not all(is_number(step) for step in via):
        return None
    if place in (BROWSE, SEARCH) or _COLLECTION.fullmatch(place):
        steps_taken = tuple(int(step) for step in via)
        return Trail(place=place, params=QueryDict(params).urlencode(), via=steps_taken)
    return None


def image_url(pk: int, *, trail: str) -> str:
    """Return the URL of a picture's page with its trail."""
    path = reverse("gallery:image", kwargs={"pk": pk})
    return f"{path}?{urlencode({'from': trail})}" if trail else path


def similar_to(image: Image, *, viewer: Viewer) -> tuple[Hit, ...]:
    """Return the similar pictures on a picture's page; empty when they cannot be found."""
    try:
        return similar_images(image, viewer=viewer, limit=SIMILAR_SHOWN)
    except SemblanceError:
        return ()


def search_trail(query: SearchQuery) -> Trail:
    """Return the trail of a page of results."""
    return Trail(place=SEARCH, params=query.to_params())


def _result(page: SearchPage, place: int) -> Step | None:
    if not 0 <= place < len(page.hits):
        return None
    return Step(pk=page.hits[place].image.pk, trail=str(search_trail(page.query)))


def _over_the_edge(page: SearchPage, *, by: int, viewer: Viewer) -> Step | None:
    """Return the nearest result of the previous or next page."""
    if not (page.has_next if by > 0 else page.has_previous):
        return None
    query = page.query.with_(page=page.query.page + by)
    try:
        there = run_search(query, viewer=viewer)
    except SemblanceError:  # the encoder or a query picture has been deleted since the first page
        return None
    return _result(there, 0 if by > 0 else len(there.hits) - 1)
