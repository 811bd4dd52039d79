"""What browse pages read: pages of the newest pictures, a picture's neighbours, filters on offer.

Everything is narrowed to what one viewer may see by gallery.search.filters; nothing is written.
Used by views; may import gallery.search and gallery.models.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.models import Collection, Encoder, Image
from gallery.models.people import Viewer

# Tags and example queries are read from this many of the newest pictures, so that the page costs
# the same on a library of any size.
MAX_SCANNED = 2000
MAX_TAGS_OFFERED = 30
MAX_YEARS_OFFERED = 60
# More is a sentence about one picture, not something one would type.
MAX_EXAMPLE_LETTERS = 32
MAX_EXAMPLE_WORDS = 4
# What follows these is where and how; what stands before them is what the picture is of.
_CIRCUMSTANCES = re.compile(
    r"[,;:.!?(–]|\b(?:with|in|on|at|by|from|under|above|below|before|behind|beside|near|over|seen)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:A|An|The)\b")


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Some pictures of an endless list; `next_after` continues it, empty at the end."""

    images: list[Image]
    next_after: str


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What the viewer can filter by: collections as (slug, name), tags and years."""

    collections: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How many pictures the viewer may see, and how many of those no search can find yet."""

    pictures: int
    waiting: int


def for_tiles(images: QuerySet[Image]) -> QuerySet[Image]:
    """With the collection that a tile shows, without the long columns that it does not."""
    return images.select_related("collection").defer("exif", "search_document")


def newest_slice(images: QuerySet[Image], *, after: str, size: int) -> Slice:
    """The newest pictures, or those that follow the place that `after` names; junk starts anew.

    Keyset paging: pictures that arrive in between neither repeat nor hide others.
    """
    place = _place_of(after)
    if place is not None:
        created_at, pk = place
        images = images.filter(created_at__lte=created_at).exclude(
            created_at=created_at, pk__gte=pk
        )
    rows = list(for_tiles(images).order_by("-created_at", "-pk")[: size + 1])
    shown = rows[:size]
    return Slice(images=shown, next_after=_name_of(shown[-1]) if len(rows) > size else "")


def newest_neighbours(images: QuerySet[Image], *, image: Image) -> tuple[int | None, int | None]:
    """The primary keys of the pictures before (newer) and after (older) in the browse order."""
    newer = images.filter(
        Q(created_at__gt=image.created_at) | Q(created_at=image.created_at, pk__gt=image.pk)
    ).order_by("created_at", "pk")
    older = images.filter(
        Q(created_at__lt=image.created_at) | Q(created_at=image.created_at, pk__lt=image.pk)
    ).order_by("-created_at", "-pk")
    return newer.values_list("pk", flat=True).first(), older.values_list("pk", flat=True).first()


def coverage(images: QuerySet[Image]) -> Coverage:
    """Counts these pictures, and those of them that the active encoder has not embedded."""
    pictures = images.order_by().count()
    encoder = Encoder.objects.active()
    if encoder is None:
        return Coverage(pictures=pictures, waiting=pictures)
    waiting = images.exclude(embeddings__encoder_id=encoder.pk).order_by().count()
    return Coverage(pictures=pictures, waiting=waiting)


def facets(viewer: Viewer) -> Facets:
    """What there is to filter by. Five short queries, whatever the size of the library."""
    collections = Collection.objects.visible_to(viewer).values_list("slug", "name")
    images = Image.objects.visible_to(viewer)
    counted = Counter(
        tag for tags in _newest(images).values_list("tags", flat=True) for tag in tags
    )
    return Facets(
        collections=tuple(collections),
        tags=tuple(sorted(tag for tag, _ in counted.most_common(MAX_TAGS_OFFERED))),
        years=tuple(_years(images)),
    )


def example_queries(viewer: Viewer, *, limit: int = 6) -> list[str]:
    """Words to try that find something here: what captions of new pictures begin with, then tags.

    Titles are left out: they are names, which tell nothing of searching by meaning. Taken at even
    steps over the newest, so that one upload of a hundred cats is one example.
    """
    images = _newest(Image.objects.visible_to(viewer).filter(embeddings__encoder__state="active"))
    captions: dict[str, str] = {}
    names: dict[str, str] = {}
    for caption, tags in images.values_list("caption", "tags"):
        words = _example_from(caption)
        if words:
            captions.setdefault(words.casefold(), words)
        names.update((tag.casefold(), tag) for tag in tags if _is_typed(tag))
    spread = _at_even_steps(list(captions.values()), limit)
    more = [tag for key, tag in names.items() if key not in captions]
    return spread + _at_even_steps(more, limit - len(spread))


def _at_even_steps(texts: list[str], limit: int) -> list[str]:
    step = max(1, len(texts) // max(1, limit))
    return texts[::step][:limit]


def _newest(images: QuerySet[Image]) -> QuerySet[Image]:
    return images.order_by("-created_at", "-pk")[:MAX_SCANNED]


def _years(images: QuerySet[Image]) -> Iterator[int]:
    """Years from the last picture's to the first one's, by the site's calendar, newest first."""
    dated = images.dated()  # type: ignore[attr-defined]
    last = dated.order_by("-shown_at").values_list("shown_at", flat=True).first()
    first = dated.order_by("shown_at").values_list("shown_at", flat=True).first()
    if last is not None and first is not None:
        end = timezone.localtime(last).year
        start = max(timezone.localtime(first).year, end - MAX_YEARS_OFFERED + 1)
        yield from range(end, start - 1, -1)


def _example_from(caption: str) -> str:
    """“A tabby cat with green eyes.” is of “a tabby cat”; nothing where the beginning is long."""
    start, *rest = _CIRCUMSTANCES.split(" ".join(caption.split()), maxsplit=1)
    start = start.strip()
    # A lone word before a circumstance is seldom the thing: “Sitting in the sun”.
    if not _is_typed(start) or (" " not in start and rest and rest[0].strip()):
        return ""
    return _ARTICLE.sub(lambda article: article[0].lower(), start, count=1)


def _is_typed(words: str) -> bool:
    return 2 < len(words) <= MAX_EXAMPLE_LETTERS and len(words.split()) <= MAX_EXAMPLE_WORDS


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Microseconds up to the year 9999, and the largest bigint.
_LAST_MOMENT = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST_ID = 2**63 - 1


def _name_of(image: Image) -> str:
    """A picture's place in the browse order, for an address."""
    return f"{(image.created_at - _EPOCH) // _MICROSECOND:x}-{image.pk:x}"


def _place_of(name: str) -> tuple[datetime, int] | None:
    moment, _, pk = name.partition("-")
    try:
        parts = int(moment, 16), int(pk, 16)
    except ValueError:
        return None
    if not (0 <= parts[0] < _LAST_MOMENT and 0 <= parts[1] <= _LAST_ID):
        return None
    return _EPOCH + parts[0] * _MICROSECOND, parts[1]
