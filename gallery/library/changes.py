"""What a change did, so that it can be told in a sentence and undone for exactly those pictures.

A Change is plain data: pages keep it in the session, programs may keep it where they like.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["trash", "restore", "move", "tag", "untag", "caption"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One finished change: to which pictures, and what undoing it needs.

    `ids` are the pictures changed; `skipped` counts those that were asked for and left as they
    were. `stamp` is the moment written into deleted_at. `sources` are the collections the pictures
    came from, `tagged` the pictures that got or lost each tag, `captions` the captions before and
    `caption` the one written over them.
    """

    kind: Kind
    ids: tuple[int, ...]
    skipped: int = 0
    stamp: str = ""
    target: int | None = None
    sources: dict[int, tuple[int, ...]] = field(default_factory=dict)
    tagged: dict[str, tuple[int, ...]] = field(default_factory=dict)
    captions: dict[int, str] = field(default_factory=dict)
    caption: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Change:
        """From what as_data made, after a way through JSON. Raises ValueError, KeyError or
        TypeError for anything else."""
        if data["kind"] not in get_args(Kind):
            raise ValueError(data["kind"])
        return cls(
            kind=data["kind"],
            ids=tuple(int(pk) for pk in data["ids"]),
            skipped=int(data["skipped"]),
            stamp=str(data["stamp"]),
            target=data["target"],
            sources={int(pk): tuple(ids) for pk, ids in data["sources"].items()},
            tagged={str(tag): tuple(ids) for tag, ids in data["tagged"].items()},
            captions={int(pk): str(text) for pk, text in data["captions"].items()},
            caption=str(data["caption"]),
        )
