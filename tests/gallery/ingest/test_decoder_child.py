"""The child's own code, run in this process: its replies, and that it does not load Django."""

import resource
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from gallery.ingest import decoder_child
from gallery.ingest.child_process import ChildProcess
from tests import images

ROOT = Path(__file__).resolve().parents[3]


def request_for(path, picture_format="JPEG"):
    return {
        "path": str(path), "format": picture_format, "widths": [320],
        "max_pixels": 10**8, "max_side": 20_000,
    }  # fmt: skip


def test_it_imports_pillow_and_nothing_of_the_site():
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import gallery.ingest.decoder_child;"
        " print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", script, str(ROOT)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "PIL" in loaded
    assert not {"django", "numpy", "torch", "searchsite", "psycopg"} & set(loaded)


def test_the_reply_for_a_valid_picture_has_its_copies(as_file):
    reply, blobs = decoder_child._answer(request_for(as_file(images.jpeg())))
    assert reply["ok"] is True
    assert reply["lengths"] == [len(blob) for blob in blobs]
    assert reply["copies"] == [[320, 0]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (images.truncated_jpeg(), "truncated"),
        (images.jpeg()[:40], "truncated"),
        (b"\xff\xd8\xff" + b"\x00" * 500, "damaged"),
        (b"", "damaged"),
    ],
)
def test_the_reply_for_an_invalid_picture_has_a_reason(as_file, data, reason):
    reply, blobs = decoder_child._answer(request_for(as_file(data)))
    assert (reply["ok"], blobs) == (False, [])
    assert reply["reason"] in {reason, "damaged"}


@pytest.mark.parametrize(
    ("limit", "value"),
    [("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", decoder_child.MAX_OPEN_FILES)],
)
def test_a_running_child_has_resource_limits(as_file, limit, value):
    """The limits are read from outside, for a child that has just replied."""
    with ExitStack() as held:
        child = ChildProcess()
        held.callback(child.stop)
        limits = {"memory_bytes": 1 << 30, "timeout_s": 10}
        child.ask({**request_for(as_file(images.jpeg())), **limits})
        assert resource.prlimit(child.pid, getattr(resource, limit)) == (value, value)


def test_a_compromised_child_cannot_write_files(tmp_path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        " from gallery.ingest import decoder_child; decoder_child._limit_process();"
        " open(sys.argv[2], 'wb', buffering=0).write(b'x')"
    )
    target = tmp_path / "written"
    finished = subprocess.run(
        [sys.executable, "-I", "-B", "-c", script, str(ROOT), str(target)],
        capture_output=True,
        text=True,
    )
    assert "File too large" in finished.stderr
    assert target.stat().st_size == 0


def test_a_format_is_never_guessed(as_file):
    """A PNG announced as a JPEG is not opened as a PNG."""
    reply, _ = decoder_child._answer(request_for(as_file(images.png())))
    assert reply["reason"] == "damaged"
