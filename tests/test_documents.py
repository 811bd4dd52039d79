"""The README and docs/ mention only what exists: files, commands, make targets, screenshots."""

import re

import pytest
from django.core.management import get_commands

from tests.source_tree import ROOT, tracked

PAGES = [*sorted(ROOT.glob("*.md")), *tracked("docs", "*.md")]
SCREENSHOTS = ROOT / "docs" / "screenshots"
SHOTS = [
    f"{page}-{size}-{theme}.webp"
    for page in ("browse", "search", "image", "upload", "collection", "admin")
    for size in ("desktop", "phone")
    for theme in ("light", "dark")
]
MAX_SHOT_BYTES = 300_000
MAX_SHOTS_BYTES = 4_000_000


def label(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_links_have_targets(path):
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text())
    broken = [
        link
        for link in links
        if not re.match(r"[a-z]+:", link)
        and not link.startswith("#")
        and not (path.parent / link.partition("#")[0]).exists()
    ]
    assert not broken


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_commands_exist(path):
    named = set(re.findall(r"manage\.py ([a-z][a-z_]+)", path.read_text()))
    assert named - set(get_commands()) == set()


@pytest.mark.parametrize("path", PAGES, ids=label)
def test_make_targets_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(
        re.findall(r"(?:`|^ {4}(?:\w+=\S+ )*)make ([a-z-]+)", path.read_text(), re.MULTILINE)
    )
    assert named - targets == set()


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_every_screenshot_exists_and_is_small():
    sizes = {name: (SCREENSHOTS / name).stat().st_size for name in SHOTS}
    assert max(sizes.values()) < MAX_SHOT_BYTES
    assert sum(sizes.values()) < MAX_SHOTS_BYTES
    assert {path.name for path in SCREENSHOTS.iterdir()} == set(SHOTS)
