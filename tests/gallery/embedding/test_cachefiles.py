"""Derived files are complete or absent, and damaged ones are made again."""

from __future__ import annotations

import numpy as np
import pytest

from gallery.embedding.cachefiles import (
    cache_path,
    read_arrays,
    read_json,
    write_arrays,
    write_json,
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_the_name_changes_with_what_the_file_depends_on():
    first = cache_path("space", suffix=".npz", depends_on={"timm": "1.0"})
    assert first == cache_path("space", suffix=".npz", depends_on={"timm": "1.0"})
    assert first != cache_path("space", suffix=".npz", depends_on={"timm": "1.1"})


def test_arrays_survive_a_round_trip_without_leftovers(folder):
    path = cache_path("space", suffix=".npz", depends_on={})
    write_arrays(path, {"mean": np.arange(3, dtype=np.float32)})
    assert np.array_equal(read_arrays(path)["mean"], [0, 1, 2])
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"not an archive"])
def test_damaged_arrays_count_as_missing(content):
    path = cache_path("space", suffix=".npz", depends_on={})
    path.parent.mkdir()
    path.write_bytes(content)
    assert read_arrays(path) is None


def test_pickled_objects_are_not_read():
    path = cache_path("space", suffix=".npz", depends_on={})
    path.parent.mkdir()
    with path.open("wb") as file:
        np.savez(file, thing=np.array([object()], dtype=object))
    assert read_arrays(path) is None


def test_json_survives_a_round_trip_and_damaged_files_count_as_missing():
    path = cache_path("mode", suffix=".json", depends_on={})
    assert read_json(path) is None
    write_json(path, {"device": "cpu"})
    assert read_json(path) == {"device": "cpu"}
    path.write_text("{")
    assert read_json(path) is None


def test_a_read_only_folder_is_not_an_error(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.VAR_DIR = tmp_path / "file"
    path = cache_path("mode", suffix=".json", depends_on={})
    write_json(path, {"device": "cpu"})
    assert read_json(path) is None
