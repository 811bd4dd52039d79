"""A static files finder that joins the parts of the stylesheet into the one file that pages
load.

static/css/site/index.css lists the parts with @import. If it were served directly, the browser
would fetch the parts only after reading the index, and paint nothing in the meantime. The joined
`css/site.css` is found by collectstatic in production and by the file servers of DEBUG and the
tests, so there is no build step.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, FileSystemFinder
from django.core.files.storage import FileSystemStorage, Storage

NAME = "css/site.css"
INDEX = "css/site/index.css"
_IMPORT = re.compile(r'^@import "\./([\w-]+\.css)";$', re.MULTILINE)


def join_parts(index: Path) -> str:
    """Return the text of a stylesheet with each import of a neighbour replaced by that file."""
    return _IMPORT.sub(
        lambda found: index.with_name(found[1]).read_text(encoding="utf-8"),
        index.read_text(encoding="utf-8"),
    )


class StylesheetFinder(BaseFinder):
    """Finds `css/site.css`, made in VAR_DIR from its parts whenever they have changed."""

    def __init__(self, *_args: Any, **_options: Any) -> None:
        self.sources = FileSystemFinder()
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "stylesheet")

    def check(self, **_options: Any) -> list[Any]:
        """There is nothing to configure, so nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **_options: Any) -> Any:
        """Return the path of the joined file, or nothing (an empty list) for any other name."""
        if path != NAME or not self._make():
            return []
        found = self.storage.path(NAME)
        return [found] if find_all else found

    def list(self, _ignore_patterns: Any) -> Iterator[tuple[str, Storage]]:
        """Yield the joined file."""
        if self._make():
            yield NAME, self.storage

    def _make(self) -> bool:
        """Write the joined file if its text has changed. Return False if there is no index."""
        index = self.sources.find(INDEX)
        if not index:
            return False
        text = join_parts(Path(index))
        target = Path(self.storage.path(NAME))
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            _write_whole(target, text)
        return True


def _write_whole(target: Path, text: str) -> None:
    """Write a file atomically: other processes read either the old or the new text."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, delete=False
    ) as fresh:
        fresh.write(text)
    Path(fresh.name).chmod(0o644)  # temporary files are readable by their owner only
    Path(fresh.name).replace(target)
