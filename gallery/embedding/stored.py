"""Read a stored picture for a model: the smallest stored copy that is large enough.

Used by the queue's decoding threads and for query pictures. Reads files, never the database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import Storage, storages
from django.utils.translation import gettext as _
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from gallery.embedding.preprocessing import open_small
from gallery.exceptions import SemblanceError
from gallery.models import Image

# A copy must have this many times the side that the model needs: scaling down averages out WebP
# artefacts. Of 300 photographs the starter finds by their captions, first and among the first ten,
# 88.7% and 97.0% at 1; 90.0% and 98.0% at 1.5; 90.0% and 98.3% at 2, as from the originals. At 2 a
# 12 MP photograph needs its 1600 px copy, four times the work.
OVERSAMPLING = 1.5
# The RENDITION_WIDTHS that models read. 480 is for pages only: pictures from before it lack
# that copy at first, and all vectors of a library should be made from the same ones.
EMBEDDED_WIDTHS = (320, 640, 1600)


class PictureUnreadable(SemblanceError):
    """A stored picture is missing or damaged. The encoder is not at fault."""

    reason = "picture_unreadable"


@dataclass(frozen=True, kw_only=True)
class PictureFile:
    """One stored copy of a picture; `open` gives a binary file."""

    name: str
    open: Callable[[], Any]


def sources_of(image: Image, *, at_least: int) -> list[PictureFile]:
    """Return where to read a picture from, best first.

    The smallest rendition whose short side is well above `at_least` pixels, upright and quick to
    decode; then the original; then the largest rendition, in case the original is gone or of a
    format that only ingest reads.
    """
    renditions = storages["renditions"]
    short_over_width = min(1.0, image.height / image.width)
    fitting = [
        width
        for width in EMBEDDED_WIDTHS
        if width <= image.width and width * short_over_width >= at_least * OVERSAMPLING
    ]
    order = [_rendition(image, width, renditions) for width in fitting[:1]]
    order.append(PictureFile(name="original", open=lambda: image.original.open("rb")))
    order.append(_rendition(image, EMBEDDED_WIDTHS[-1], renditions))
    return order


def _rendition(image: Image, width: int, store: Storage) -> PictureFile:
    name = image.rendition_name(width)
    return PictureFile(
        name=_("%(width)s px copy") % {"width": width}, open=lambda: store.open(name, "rb")
    )


def read_picture(sources: list[PictureFile], *, at_least: int) -> PillowImage.Image:
    """Decode the first readable source, no larger than needed.

    Raise PictureUnreadable when none can. An error of the store itself (no network, no permission)
    is not about this picture and passes through.
    """
    troubles: list[str] = []
    for source in sources:
        try:
            with source.open() as file:
                return open_small(file, at_least=at_least)
        except FileNotFoundError:
            troubles.append(_("the %(name)s is missing") % {"name": source.name})
        except (
            UnidentifiedImageError,
            PillowImage.DecompressionBombError,
            EOFError,
            SyntaxError,
            ValueError,
        ) as error:
            troubles.append(
                _("the %(name)s can’t be decoded (%(error)s)")
                % {"name": source.name, "error": error}
            )
        except OSError as error:
            if error.errno is not None:
                raise
            # Pillow's own: truncated or broken data carries no error number.
            troubles.append(
                _("the %(name)s is damaged (%(error)s)") % {"name": source.name, "error": error}
            )
    raise PictureUnreadable(
        _("The stored picture can’t be read: %(troubles)s.") % {"troubles": ", ".join(troubles)}
    )
