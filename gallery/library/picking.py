"""Lock the pictures that a change affects, before anything is changed.

All bulk changes go through here, so that they affect exactly the number of pictures shown.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.access import check_signed_in
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer


def lock_pictures(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> list[Image]:
    """Lock the pictures that `by` may edit until the transaction ends, in order of id.

    A selection may contain pictures that `by` can only view; those are skipped. Raise NotAllowed if
    `by` may edit none of them. With `expected`, raise LibraryProblem if the number differs:
    pictures were added or removed since the page was shown, and no unseen picture may be changed.
    """
    check_signed_in(by)
    locked = list(
        images.editable_by(by)
        .order_by("pk")
        .select_for_update(of=("self",))
        .only("pk", "sha256", "collection_id", "tags", "caption", "deleted_at")
    )
    if not locked and images.exists():
        raise NotAllowed(_("You can see these pictures but not change them."))
    if expected is not None and len(locked) != expected:
        raise LibraryProblem(
            _(
                "The pictures changed while you were selecting: %(now)s match now, not %(before)s. "
                "Nothing was changed. Select again."
            )
            % {"now": f"{len(locked):,}", "before": f"{expected:,}"},
            reason="selection_changed",
        )
    return locked
