"""Validate, store and record one file. The public interface of ingest for single pictures.

    file -> spool (hash, format) -> decoder child -> blobs, fsynced -> one transaction: row and jobs

Nothing is visible before the transaction commits; the library check repairs what a crash leaves.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from gallery.exceptions import DecoderFailed, Refused
from gallery.ingest import blobs
from gallery.ingest.decoder import DecodedPicture, decode
from gallery.ingest.names import display_name
from gallery.ingest.refusals import reason_of, refusal
from gallery.ingest.spool import Source, Spooled, spooled
from gallery.models import RENDITION_WIDTHS, Collection, EmbeddingJob, Image, User

logger = logging.getLogger(__name__)

# Width in pixels of the copy kept of a query picture: every encoder needs less.
QUERY_WIDTH = 640


# The most characters that the model's columns hold.
_MAX_CHARACTERS = {"title": 200, "caption": 5000, "tag": 60}


def _fitted(text: str, kind: str) -> str:
    """Return the text without characters that PostgreSQL cannot store, cut to fit its column."""
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    return clean[: _MAX_CHARACTERS[kind]]


@dataclass(frozen=True, kw_only=True)
class Details:
    """The title, caption and tags of a new picture, cut to fit their columns."""

    title: str = ""
    caption: str = ""
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", _fitted(self.title, "title"))
        object.__setattr__(self, "caption", _fitted(self.caption, "caption"))
        tags = (_fitted(tag, "tag") for tag in self.tags)
        object.__setattr__(self, "tags", tuple(dict.fromkeys(tag for tag in tags if tag)))


NO_DETAILS = Details()


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where pictures go and who owns them."""

    collection: Collection
    owner: User


@dataclass(frozen=True)
class Stored:
    """The file is a new picture of the collection."""

    image: Image


@dataclass(frozen=True)
class Duplicate:
    """The collection already has a picture with exactly these bytes."""

    of: Image


IngestResult = Stored | Duplicate


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A file whose blobs are in the stores and whose row is still to be written."""

    file: Spooled
    picture: DecodedPicture
    name: str


def find_duplicate(sha256: str, *, collection: Collection) -> Image | None:
    """Return the collection's live picture with these bytes, or None."""
    return Image.objects.live().filter(collection=collection, sha256=sha256).first()


def describe_if_blank(image: Image, *, details: Details) -> None:
    """Fill in the title and caption of a picture that was uploaded again, where they are empty."""
    blank = {
        name: value
        for name, value in (("title", details.title), ("caption", details.caption))
        if value and not getattr(image, name)
    }
    if blank:
        Image.objects.filter(pk=image.pk).update(**blank)
    for name, value in blank.items():
        setattr(image, name, value)


def prepare(file: Spooled, *, name: str) -> Prepared:
    """Decode a file and write its blobs. Needs no database, so threads may run it.

    `name` may include folders: messages show them, and the picture keeps the last part.
    """
    picture = decode_picture(file, name=name, widths=RENDITION_WIDTHS)
    try:
        blobs.write_blobs(file, picture)
    except OSError as error:
        logger.exception("Could not write %r to the picture store", name)
        raise refusal("not_stored", name, detail=reason_of(error)) from error
    return Prepared(file=file, picture=picture, name=display_name(name))


def decode_picture(file: Spooled, *, name: str, widths: tuple[int, ...]) -> DecodedPicture:
    """Decode a file. A file that crashes the decoder's child is refused like any other."""
    try:
        return decode(file.path, picture_format=file.picture_format, name=name, widths=widths)
    except DecoderFailed as error:
        raise Refused(error.sentence, reason=error.reason) from error


def read_query_picture(source: Source, *, name: str) -> DecodedPicture:
    """Decode a query picture to an upright WebP copy without storing anything. Raise Refused."""
    shown = display_name(name)
    with spooled(source, name=shown) as file:
        return decode_picture(file, name=shown, widths=(QUERY_WIDTH,))


def record(prepared: Prepared, *, to: Destination, details: Details = NO_DETAILS) -> IngestResult:
    """Write the row and its embedding jobs in one transaction.

    If two callers record the same bytes at once, one is stored and the other is a duplicate.
    """
    sha256 = prepared.file.sha256
    with transaction.atomic():
        blobs.lock_blobs(sha256)
        existing = find_duplicate(sha256, collection=to.collection)
        if existing is not None:
            return Duplicate(existing)
        # The same content may have been deleted between writing the blobs and taking the lock.
        original = blobs.write_blobs(prepared.file, prepared.picture)
        image = _new_row(prepared, original=original, to=to, details=details)
        try:
            with transaction.atomic():
                image.save(force_insert=True)
        except IntegrityError:
            # A picture with these bytes was just moved or restored into the collection.
            existing = find_duplicate(sha256, collection=to.collection)
            if existing is None:
                raise
            return Duplicate(existing)
        EmbeddingJob.objects.enqueue(image)
    return Stored(image)


def _new_row(prepared: Prepared, *, original: str, to: Destination, details: Details) -> Image:
    file, picture = prepared.file, prepared.picture
    return Image(
        collection=to.collection,
        owner=to.owner,
        sha256=file.sha256,
        original=original,
        media_type=file.picture_format.media_type,
        width=picture.width,
        height=picture.height,
        size_bytes=file.size_bytes,
        original_name=prepared.name,
        title=details.title,
        caption=details.caption,
        tags=list(details.tags),
        taken_at=picture.taken_at,
        camera=str(picture.facts.get("camera", "")),
        exif=picture.facts,
        average_color=picture.average_color,
        perceptual_hash=picture.perceptual_hash,
    )
