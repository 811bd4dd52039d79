"""Messages shown before and after the admin's actions, with exact numbers.

gallery.http.change_sentences holds those shared with the site's own pages.
"""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import ngettext

from gallery.http.change_sentences import describe_change
from gallery.library.changes import Change


def retried(count: int) -> str:
    """Describe the result of retrying failed pictures."""
    sentence = ngettext(
        "%(count)s picture will be tried again.", "%(count)s pictures will be tried again.", count
    )
    return sentence % {"count": intcomma(count)}


def queued_again(count: int, *, selected: int) -> str:
    """Describe the result of embedding pictures again."""
    sentence = ngettext(
        "%(count)s picture will be embedded again.",
        "%(count)s pictures will be embedded again.",
        count,
    )
    return _with_rest(sentence % {"count": intcomma(count)}, left=selected - count)


def deleted(count: int, *, selected: int) -> str:
    """Describe the result of deleting pictures from the trash."""
    sentence = ngettext(
        "%(count)s picture was deleted permanently.",
        "%(count)s pictures were deleted permanently.",
        count,
    )
    return _with_rest(sentence % {"count": intcomma(count)}, left=selected - count)


def changed(change: Change, *, selected: int, target: str = "") -> str:
    """Describe the result of moving, trashing or restoring pictures."""
    left = selected - len(change.ids) - change.skipped
    return _with_rest(describe_change(change, target=target), left=left)


def move_question(count: int) -> str:
    """Return the heading and button label of the page that asks for a collection."""
    sentence = ngettext("Move %(count)s picture", "Move %(count)s pictures", count)
    return sentence % {"count": intcomma(count)}


def delete_question(count: int) -> str:
    """Return the heading and button label of the page that confirms a deletion."""
    sentence = ngettext(
        "Delete %(count)s picture permanently", "Delete %(count)s pictures permanently", count
    )
    return sentence % {"count": intcomma(count)}


def _with_rest(sentence: str, *, left: int) -> str:
    if left <= 0:
        return sentence
    rest = ngettext(
        "%(count)s picture was left unchanged.", "%(count)s pictures were left unchanged.", left
    )
    return f"{sentence} {rest % {'count': intcomma(left)}}"
