"""Folders, files and zips as one stream of incoming files."""

import pytest

from gallery.exceptions import ImportProblem, Refused
from gallery.ingest import sources
from gallery.ingest.intake import Details
from tests import images


def test_folders_are_read_in_order_without_system_files(tmp_path, as_file):
    for name in ("b.jpg", "a/2.jpg", "a/10.jpg", ".hidden/x.jpg", "a/.DS_Store", "Thumbs.db"):
        as_file(b"x", f"top/{name}")
    assert [name for _, name in sources.list_files([tmp_path / "top"])] == [
        "b.jpg",
        "a/10.jpg",
        "a/2.jpg",
    ]


def test_the_captions_file_is_not_imported(tmp_path, as_file):
    captions = as_file(b"file,caption\n", "top/captions.csv")
    as_file(b"x", "top/a.jpg")
    assert [name for _, name in sources.list_files([tmp_path / "top"], exclude=captions)] == [
        "a.jpg"
    ]


def test_a_missing_path_is_reported(tmp_path):
    with pytest.raises(ImportProblem, match=r"There’s no file or folder .*nowhere\."):
        sources.list_files([tmp_path / "nowhere"])


def test_links_to_folders_are_not_followed(tmp_path, as_file):
    as_file(b"x", "top/a.jpg")
    (tmp_path / "top" / "loop").symlink_to(tmp_path / "top")
    assert [name for _, name in sources.list_files([tmp_path / "top"])] == ["a.jpg"]


def test_a_zip_is_recognized_by_its_content_and_opened(as_file):
    path = as_file(images.make_zip({"x/a.jpg": b"1", "b.jpg": b"2"}), "pictures.dat")
    items = sources.incoming_from_file(
        path, name=path.name, details_of=lambda name: Details(caption=name)
    )
    seen = [(item.name, item.source.read(10), item.details.caption) for item in items]
    assert seen == [("x/a.jpg", b"1", "x/a.jpg"), ("b.jpg", b"2", "b.jpg")]


def test_an_invalid_zip_is_one_refusal(as_file):
    path = as_file(b"PK\x03\x04 broken", "pictures.zip")
    (item,) = sources.incoming_from_file(path, name=path.name)
    assert isinstance(item.source, Refused)
    assert item.source.reason == "archive_damaged"


def test_a_file_that_vanished_is_left_for_the_spool_to_refuse(tmp_path):
    (item,) = sources.incoming_from_file(tmp_path / "gone.jpg", name="gone.jpg")
    assert item.source == tmp_path / "gone.jpg"


def test_an_undecodable_file_name_can_be_displayed(tmp_path):
    import os

    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(b"x")
    ((file, name),) = sources.list_files([tmp_path])
    (item,) = sources.incoming_from_file(file, name=name)
    item.name.encode("utf-8")
