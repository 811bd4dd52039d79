"""A record of what a change did, so that it can be described and undone for exactly those pictures.

A Change is plain data: pages keep it in the session, and other code can keep it anywhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["trash", "restore", "move", "copy", "tag", "untag", "caption"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A finished change: the pictures it affected, and what is needed to undo it.

    `ids` are the changed pictures, or the new ones of a copy. `skipped` counts those that were
    requested but left unchanged, `read_only` those that the person can view but not edit.
    `stamp` is the moment written into deleted_at. `sources` are the collections the pictures came
    from, `tagged` the pictures that got or lost each tag, `captions` the captions before and
    `caption` the one written over them.
    """

    kind: Kind
    ids: tuple[int, ...]
    skipped: int = 0
    read_only: int = 0
    stamp: str = ""
    target: int | None = None
    sources: dict[int, tuple[int, ...]] = field(default_factory=dict)
    tagged: dict[str, tuple[int, ...]] = field(default_factory=dict)
    captions: dict[int, str] = field(default_factory=dict)
    caption: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return the change as JSON-compatible data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Change:
        """Restore a change from as_data, after a round trip through JSON. Raise ValueError,
        KeyError or TypeError for anything else."""
        if data["kind"] not in get_args(Kind):
            raise ValueError(data["kind"])
        return cls(
            kind=data["kind"],
            ids=tuple(int(pk) for pk in data["ids"]),
            skipped=int(data["skipped"]),
            read_only=int(data.get("read_only", 0)),
            stamp=str(data["stamp"]),
            target=data["target"],
            sources={int(pk): tuple(ids) for pk, ids in data["sources"].items()},
            tagged={str(tag): tuple(ids) for tag, ids in data["tagged"].items()},
            captions={int(pk): str(text) for pk, text in data["captions"].items()},
            caption=str(data["caption"]),
        )
