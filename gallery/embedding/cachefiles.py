"""Small derived files in VAR_DIR/cache that any process can make again: constants, timings.

Written atomically (a reader sees the whole file or none), read without unpickling, and thrown away
when unreadable. Used by the encoders only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

logger = logging.getLogger(__name__)


def cache_path(stem: str, *, suffix: str, depends_on: Mapping[str, object]) -> Path:
    """Return the path of a derived file. Its name changes with anything that it depends on."""
    facts = json.dumps(dict(depends_on), sort_keys=True, default=str)
    digest = hashlib.sha256(facts.encode()).hexdigest()[:16]
    return Path(settings.VAR_DIR) / "cache" / f"{stem}-{digest}{suffix}"


def read_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a file, or None when it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        logger.warning("Making %s again because it cannot be read: %s", path.name, error)
        return None


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Store arrays in one step."""

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    _write_atomically(path, write)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a file, or None when it is missing or damaged."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Store an object in one step."""
    _write_atomically(path, lambda temporary: _write_text(temporary, json.dumps(dict(content))))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text)


def _write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Write next to the target and rename. If the disk is full or read-only, the file is made again
    later."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        logger.warning("Could not keep %s for next time: %s", path.name, error)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
