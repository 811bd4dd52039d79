"""The parts of the stylesheet reach the browser as one file, in DEBUG and in production."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from searchsite.stylesheet import INDEX, NAME, StylesheetFinder, join_parts

FOLDER = Path(settings.BASE_DIR, "static", INDEX).parent


@pytest.fixture
def own_source(settings, tmp_path):
    """Configure a finder with one empty static folder. Return the folder and the finder."""
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.VAR_DIR = tmp_path / "var"
    folder = tmp_path / "source" / "css" / "site"
    folder.mkdir(parents=True)
    return folder, StylesheetFinder()


def test_parts_are_joined_in_the_order_of_the_index(own_source):
    folder, finder = own_source
    (folder / "index.css").write_text('/* Two. */\n@import "./b.css";\n@import "./a-2.css";\n')
    (folder / "b.css").write_text("b {}")
    (folder / "a-2.css").write_text("a {}")
    assert join_parts(folder / "index.css") == "/* Two. */\nb {}\na {}\n"
    assert Path(finder.find(NAME)).read_text() == "/* Two. */\nb {}\na {}\n"
    assert finder.find(NAME, find_all=True) == [finder.find(NAME)]
    assert [name for name, _ in finder.list([])] == [NAME]


def test_a_changed_part_is_joined_again_and_an_unchanged_one_is_not_written(own_source):
    folder, finder = own_source
    (folder / "index.css").write_text('@import "./a.css";\n')
    (folder / "a.css").write_text("a {}")
    made = Path(finder.find(NAME))
    first = made.stat().st_ino
    finder.find(NAME)
    assert (
        made.stat().st_ino == first
    )  # first_start collects files again when their modification times change.
    (folder / "a.css").write_text("a { color: red }")
    assert "red" in Path(finder.find(NAME)).read_text()
    assert [path.name for path in made.parent.iterdir()] == ["site.css"]


def test_nothing_is_found_without_an_index_or_under_other_names(own_source):
    folder, finder = own_source
    assert finder.find(NAME) == []
    assert list(finder.list([])) == []
    (folder / "index.css").write_text("a {}")
    assert finder.find("css/other.css") == []


def test_the_index_lists_every_part_once():
    named = re.findall(r'@import "\./([\w-]+\.css)";', (FOLDER / "index.css").read_text())
    parts = sorted(path.name for path in FOLDER.glob("*.css") if path.name != "index.css")
    assert sorted(named) == parts
    assert '@import "' not in Path(finders.find(NAME)).read_text()


def test_production_serves_one_hashed_stylesheet(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    (hashed,) = [
        path
        for path in (tmp_path / "css").glob("site.*.css")
        if re.fullmatch(r"site\.[0-9a-f]{12}\.css", path.name)
    ]
    assert hashed.read_text() == Path(finders.find(NAME)).read_text()
    assert Path(f"{hashed}.gz").exists()
