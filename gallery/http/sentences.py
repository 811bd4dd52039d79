"""Sentences that pages say after a change: plain words with the exact numbers. Pure."""

from __future__ import annotations

from gallery.library.changes import Change


def pictures(count: int) -> str:
    """“1 picture”, “1,200 pictures”."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def describe_change(change: Change, *, target: str = "") -> str:
    """What a change did, and why some were left as they were."""
    done = pictures(len(change.ids))
    if change.kind == "trash":
        return f"{done} moved to the trash."
    if change.kind == "restore":
        return _with_rest(f"{done} restored.", change, "stayed in the trash: the same file is back")
    if change.kind == "move":
        return _with_rest(
            f"{done} moved to {target}.", change, "stayed: the same file is there already"
        )
    if change.kind == "caption":
        return _with_rest(f"{done} captioned.", change, "kept the caption they had")
    if change.kind == "untag":
        return f"Tags taken off {done}."
    return f"{done} tagged."


def _with_rest(sentence: str, change: Change, why: str) -> str:
    return f"{sentence} {change.skipped:,} {why}." if change.skipped else sentence
