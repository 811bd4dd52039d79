"""The messages that pages show after a change, with exact numbers. Pure."""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import ngettext

from gallery.library.changes import Change


def pictures(count: int) -> str:
    """Return “1 picture” or “1,200 pictures”."""
    return _counted(ngettext("%(count)s picture", "%(count)s pictures", count), count)


def describe_change(change: Change, *, target: str = "") -> str:
    """Describe what a change did, and why it skipped some pictures."""
    count = len(change.ids)
    done = _counted(_done(change.kind, count), count, target=target)
    sentences = [done]
    if change.skipped and (left := _left(change.kind, change.skipped)):
        sentences.append(_counted(left, change.skipped))
    if change.read_only:
        left = ngettext(
            "%(count)s wasn’t changed because you can’t edit it.",
            "%(count)s weren’t changed because you can’t edit them.",
            change.read_only,
        )
        sentences.append(_counted(left, change.read_only))
    return " ".join(sentences)


def describe_undo(change: Change, *, count: int) -> str:
    """Describe what undoing a change did."""
    if change.kind == "copy":
        sentence = ngettext(
            "Undone: %(count)s copy deleted.", "Undone: %(count)s copies deleted.", count
        )
    else:
        sentence = ngettext(
            "Undone: %(count)s picture restored to the previous state.",
            "Undone: %(count)s pictures restored to the previous state.",
            count,
        )
    return _counted(sentence, count)


def _done(kind: str, count: int) -> str:
    if kind == "trash":
        return ngettext(
            "%(count)s picture moved to the trash.",
            "%(count)s pictures moved to the trash.",
            count,
        )
    if kind == "restore":
        return ngettext("%(count)s picture restored.", "%(count)s pictures restored.", count)
    if kind == "move":
        return ngettext(
            "%(count)s picture moved to %(target)s.",
            "%(count)s pictures moved to %(target)s.",
            count,
        )
    if kind == "copy":
        return ngettext(
            "%(count)s picture copied to %(target)s.",
            "%(count)s pictures copied to %(target)s.",
            count,
        )
    if kind == "caption":
        return ngettext("%(count)s picture captioned.", "%(count)s pictures captioned.", count)
    if kind == "untag":
        return ngettext(
            "Tags removed from %(count)s picture.", "Tags removed from %(count)s pictures.", count
        )
    return ngettext("%(count)s picture tagged.", "%(count)s pictures tagged.", count)


def _left(kind: str, count: int) -> str:
    """Explain why some pictures were skipped. Empty for changes that never skip any."""
    if kind == "restore":
        return ngettext(
            "%(count)s stayed in the trash because the same file is back in its collection.",
            "%(count)s stayed in the trash because the same files are back in their collections.",
            count,
        )
    if kind == "move":
        return ngettext(
            "%(count)s wasn’t moved because the same file is already there.",
            "%(count)s weren’t moved because the same files are already there.",
            count,
        )
    if kind == "copy":
        return ngettext(
            "%(count)s wasn’t copied because the same file is already there.",
            "%(count)s weren’t copied because the same files are already there.",
            count,
        )
    if kind == "caption":
        return ngettext(
            "%(count)s kept its caption.",
            "%(count)s kept their captions.",
            count,
        )
    return ""


def _counted(sentence: str, count: int, *, target: str = "") -> str:
    return sentence % {"count": intcomma(count), "target": target}
