"""Undo a change of any kind."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gallery.exceptions import LibraryProblem
from gallery.library.changes import Change
from gallery.library.copying import undo_copy
from gallery.library.editing import undo_words
from gallery.library.moving import undo_move
from gallery.library.trash import trash_images, undo_trash
from gallery.models import Image
from gallery.models.people import Viewer


def undo_change(change: Change, *, by: Viewer) -> int:
    """Undo one change for the pictures that `by` may still edit and that have not been changed
    since. Return how many. Raise NotAllowed, and LibraryProblem if there is nothing to undo."""
    if change.kind == "trash":
        back = undo_trash(change, by=by)
    elif change.kind == "restore":
        back = len(trash_images(Image.objects.filter(pk__in=change.ids), by=by).ids)
    elif change.kind == "move":
        back = undo_move(change, by=by)
    elif change.kind == "copy":
        back = undo_copy(change, by=by)
    else:
        back = undo_words(change, by=by)
    if not back and change.ids:
        raise LibraryProblem(
            _("There is nothing left to undo: the pictures have been changed since."),
            reason="nothing_to_undo",
        )
    return back
