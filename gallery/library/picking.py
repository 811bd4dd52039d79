"""Taking hold of the pictures that a change is about, before anything is changed.

All bulk changes go through here, so that the number a person saw is the number acted on.
"""

from __future__ import annotations

from gallery.exceptions import LibraryProblem
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer


def lock_pictures(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> list[Image]:
    """The pictures that `by` may edit, locked until the transaction ends, in order of id.

    With `expected`, raises LibraryProblem when their number is another: somebody added or removed
    some since the page was shown, and nothing may happen to pictures that nobody saw.
    """
    locked = list(
        images.editable_by(by)
        .order_by("pk")
        .select_for_update(of=("self",))
        .only("pk", "sha256", "collection_id", "tags", "caption", "deleted_at")
    )
    if expected is not None and len(locked) != expected:
        raise LibraryProblem(
            f"The pictures changed while you were choosing: {len(locked):,} match now, not "
            f"{expected:,}. Nothing was done; choose again.",
            reason="selection_changed",
        )
    return locked
