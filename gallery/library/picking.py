"""Lock the pictures that a change affects, before anything is changed.

All bulk changes go through here, so that they affect exactly the number of pictures shown.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.access import check_signed_in
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.models.people import Viewer


class Picked(NamedTuple):
    """The pictures of a selection that may be edited, locked; and how many others may be seen."""

    images: list[Image]
    read_only: int


def lock_pictures(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> list[Image]:
    """Lock pictures like lock_selection, for callers that don't need the number of the others."""
    return lock_selection(images, by=by, expected=expected).images


def lock_selection(images: ImageQuerySet, *, by: Viewer, expected: int | None = None) -> Picked:
    """Lock the pictures that `by` may edit until the transaction ends, in order of id.

    A selection may contain pictures that `by` can only view; those are counted and skipped. Raise
    NotAllowed if `by` may edit none of them. With `expected`, raise LibraryProblem if the number of
    both together differs.
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
    read_only = images.visible_to(by).not_editable_by(by).count()
    check_expected(len(locked) + read_only, expected=expected)
    return Picked(locked, read_only)


def check_expected(found: int, *, expected: int | None) -> None:
    """Raise LibraryProblem if the number differs from the one shown: pictures were added or removed
    since, and a change must not affect pictures that the person has not seen."""
    if expected is not None and found != expected:
        raise LibraryProblem(
            _(
                "The pictures changed while you were choosing: %(now)s match now, not %(before)s. "
                "Nothing was changed. Select again."
            )
            % {"now": f"{found:,}", "before": f"{expected:,}"},
            reason="selection_changed",
        )
