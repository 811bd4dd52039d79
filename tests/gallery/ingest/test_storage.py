"""The local store: complete files or none, private modes, no empty folders."""

import io
import stat
import threading

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File

from gallery.ingest.spool import SpooledFile
from gallery.ingest.storage import PART_PREFIX, DurableFileSystemStorage


@pytest.fixture
def store(tmp_path):
    """Create a store in its own folder."""
    return DurableFileSystemStorage(location=tmp_path / "store")


def everything(store):
    from pathlib import Path

    return sorted(str(path.relative_to(store.location)) for path in Path(store.location).rglob("*"))


def test_a_file_is_saved_under_exactly_its_name(store):
    assert store.save("ab/cd/x.webp", ContentFile(b"one")) == "ab/cd/x.webp"
    assert store.save("ab/cd/x.webp", ContentFile(b"two")) == "ab/cd/x.webp"
    with store.open("ab/cd/x.webp") as file:
        assert file.read() == b"two"
    assert everything(store) == ["ab", "ab/cd", "ab/cd/x.webp"]


def test_only_the_site_may_read_it(store):
    from pathlib import Path

    store.save("ab/cd/x.webp", ContentFile(b"one"))
    file = Path(store.path("ab/cd/x.webp"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o750


def test_a_failed_write_leaves_only_the_old_file(store):
    class Broken(io.BytesIO):
        def read(self, *args):
            raise OSError(28, "No space left on device")

    store.save("a/x", ContentFile(b"old"))
    with pytest.raises(OSError, match="No space left"):
        store.save("a/x", File(Broken(), name="x"))
    with store.open("a/x") as file:
        assert file.read() == b"old"
    assert everything(store) == ["a", "a/x"]


def test_file_and_folder_are_synced_before_the_name_is_there(store, monkeypatch):
    import os
    from pathlib import Path

    events, real_sync, real_replace = [], os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append("sync"), real_sync(fd)))
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (events.append("rename"), real_replace(self, to))
    )
    Path(store.location).mkdir()
    store.save("x", ContentFile(b"one"))
    assert events == ["sync", "rename", "sync"]


def test_a_file_on_disk_is_linked_not_copied(store, tmp_path):
    from pathlib import Path

    spooled = tmp_path / "spooled"
    spooled.write_bytes(b"bytes")
    with spooled.open("rb") as file:
        store.save("a/x", SpooledFile(file, name=str(spooled)))
    assert Path(store.path("a/x")).stat().st_ino == spooled.stat().st_ino
    spooled.unlink()
    with store.open("a/x") as file:
        assert file.read() == b"bytes"


def test_a_file_is_copied_if_it_cannot_be_linked(store, tmp_path, monkeypatch):
    import os

    def refuse(*_args):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    spooled = tmp_path / "spooled"
    spooled.write_bytes(b"bytes")
    with spooled.open("rb") as file:
        store.save("a/x", SpooledFile(file, name=str(spooled)))
    with store.open("a/x") as file:
        assert file.read() == b"bytes"


def test_deleting_removes_empty_folders_but_no_others(store):
    store.save("ab/cd/one", ContentFile(b""))
    store.save("ab/ef/two", ContentFile(b""))
    store.delete("ab/cd/one")
    store.delete("ab/cd/never/there")
    assert everything(store) == ["ab", "ab/ef", "ab/ef/two"]
    store.delete("ab/ef/two")
    assert everything(store) == []


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../outside"])
def test_no_name_points_outside_the_store(store, name):
    with pytest.raises(SuspiciousFileOperation):
        store.save(name, ContentFile(b"x"))


def test_a_name_too_long_for_its_column_is_an_error(store):
    with pytest.raises(ValueError, match="longer than 5"):
        store.save("123456", ContentFile(b"x"), max_length=5)


def test_saving_and_deleting_in_one_folder_at_once_loses_nothing(store):
    """A deletion may remove the empty folder during a save; the save creates it again."""
    failures = []

    def churn(name):
        try:
            for _ in range(150):
                store.save(f"ab/cd/{name}", ContentFile(b"x"))
                assert store.exists(f"ab/cd/{name}")
                store.delete(f"ab/cd/{name}")
        except (OSError, AssertionError) as error:
            failures.append(error)

    threads = [threading.Thread(target=churn, args=(f"n{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert not [name for name in everything(store) if PART_PREFIX in name]
