"""What the admin's actions say before and after they ran: plain words with the exact numbers.

gallery.http.change_sentences has those that the site's own pages share.
"""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import ngettext

from gallery.http.change_sentences import describe_change
from gallery.library.changes import Change


def retried(count: int) -> str:
    """What a retry of failed pictures did."""
    sentence = ngettext(
        "%(count)s picture will be tried again.", "%(count)s pictures will be tried again.", count
    )
    return sentence % {"count": intcomma(count)}


def queued_again(count: int, *, selected: int) -> str:
    """What embedding pictures again did."""
    sentence = ngettext(
        "%(count)s picture will be embedded again.",
        "%(count)s pictures will be embedded again.",
        count,
    )
    return _with_rest(sentence % {"count": intcomma(count)}, left=selected - count)


def deleted(count: int, *, selected: int) -> str:
    """What deleting pictures from the trash did."""
    sentence = ngettext(
        "%(count)s picture was deleted permanently.",
        "%(count)s pictures were deleted permanently.",
        count,
    )
    return _with_rest(sentence % {"count": intcomma(count)}, left=selected - count)


def changed(change: Change, *, selected: int, target: str = "") -> str:
    """What moving, trashing or restoring pictures did."""
    left = selected - len(change.ids) - change.skipped
    return _with_rest(describe_change(change, target=target), left=left)


def move_question(count: int) -> str:
    """The heading and the button of the page that asks where to."""
    sentence = ngettext("Move %(count)s picture", "Move %(count)s pictures", count)
    return sentence % {"count": intcomma(count)}


def delete_question(count: int) -> str:
    """The heading and the button of the page that asks before it deletes."""
    sentence = ngettext(
        "Delete %(count)s picture permanently", "Delete %(count)s pictures permanently", count
    )
    return sentence % {"count": intcomma(count)}


def _with_rest(sentence: str, *, left: int) -> str:
    if left <= 0:
        return sentence
    rest = ngettext(
        "%(count)s picture was left as it was.", "%(count)s pictures were left as they were.", left
    )
    return f"{sentence} {rest % {'count': intcomma(left)}}"
