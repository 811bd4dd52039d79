"""Finding the tests that should detect the mutants of a module."""

from pathlib import Path

import pytest

from tests.mutants.selection import files_testing, modules_of
from tests.source_tree import ROOT


def test_the_core_consists_of_modules_with_rules():
    modules = modules_of(ROOT, [])
    assert Path("gallery/search/engine.py") in modules
    assert Path("gallery/library/trash.py") in modules
    assert not any("migrations" in module.parts or "views" in module.parts for module in modules)


def test_a_folder_stands_for_its_modules():
    assert Path("gallery/models/image.py") in modules_of(ROOT, ["gallery/models"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [("gallery/nowhere.py", "does not exist"), ("searchsite/env.py", "Only modules of gallery")],
)
def test_other_modules_are_refused_with_a_message(name, reason):
    with pytest.raises(SystemExit, match=reason):
        modules_of(ROOT, [name])


def test_the_mirrored_file_comes_first_then_those_that_import_the_module():
    found = files_testing(ROOT, Path("gallery/search/filters.py"))
    assert found[0] == Path("tests/gallery/search/test_filters.py")
    assert Path("tests/gallery/search/test_engine.py") in found
    assert len(set(found)) == len(found)


def test_a_module_without_tests_uses_those_of_its_folder(tmp_path):
    (tmp_path / "tests/gallery/search").mkdir(parents=True)
    assert files_testing(tmp_path, Path("gallery/search/new.py")) == [Path("tests/gallery/search")]
