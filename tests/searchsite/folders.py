"""Folders for servers that run as another user."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server_folder() -> Iterator[Path]:
    """Create a fresh folder outside pytest's own, which pytest closes to other users."""
    folder = Path(tempfile.mkdtemp(prefix="semblance-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
