"""The pool of decoder children: reuse, crashes, hangs, forks, threads, and refusals."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gallery.exceptions import DecoderFailed, Refused
from gallery.ingest import decoder, formats
from gallery.ingest.child_process import ChildProcess
from tests import images

WIDTHS = (320, 640)


@pytest.fixture(autouse=True)
def fresh_children():
    """Start and end each test without children."""
    decoder._pool.close()
    yield
    decoder._pool.close()


def idle_pids():
    return [child.pid for child in decoder._pool._idle]


def read(path, picture_format=formats.JPEG, name="a.jpg"):
    return decoder.decode(path, picture_format=picture_format, name=name, widths=WIDTHS)


def test_a_picture_is_returned_with_its_facts(as_file):
    picture = read(as_file(images.jpeg_with_exif()))
    assert (picture.width, picture.height) == (800, 600)
    assert picture.taken_at.isoformat() == "2021-05-12T14:30:00+02:00"
    assert picture.facts["camera"] == "NIKON D750"
    assert set(picture.renditions) == set(WIDTHS)
    assert all(data[8:12] == b"WEBP" for data in picture.renditions.values())
    assert picture.average_color.startswith("#")


def test_a_date_without_time_zone_is_in_the_sites(as_file, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    from django.utils import timezone
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    path = as_file(images.encode(images.draw_picture(), exif=exif))
    with timezone.override("Asia/Tokyo"):
        assert read(path).taken_at.isoformat() == "2020-01-02T03:04:05+09:00"


def test_a_date_in_the_future_is_left_out(as_file):
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2999:01:02 03:04:05"
    assert read(as_file(images.encode(images.draw_picture(), exif=exif))).taken_at is None


def test_one_child_reads_many_pictures(as_file):
    path = as_file(images.jpeg())
    read(path)
    pids = idle_pids()
    for _ in range(3):
        read(path)
    assert idle_pids() == pids
    assert len(pids) == 1


def test_a_child_is_replaced_after_a_number_of_pictures(as_file, monkeypatch):
    """Leaks in the decoders' libraries end with the child."""
    monkeypatch.setattr(decoder, "MAX_PICTURES_PER_CHILD", 2)
    path, pids = as_file(images.jpeg()), []
    for _ in range(5):
        read(path)
        pids += idle_pids()
    first, second, third = pids[0], pids[2], pids[4]
    assert pids == [first, first, second, second, third]
    assert len({first, second, third}) == 3
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_refused_picture_does_not_end_the_child(as_file):
    read(as_file(images.jpeg()))
    pids = idle_pids()
    with pytest.raises(Refused):
        read(as_file(images.truncated_jpeg(), "b.jpg"))
    assert idle_pids() == pids


def test_a_child_that_was_killed_is_replaced(as_file):
    path = as_file(images.jpeg())
    read(path)
    (pid,) = idle_pids()
    os.kill(pid, signal.SIGKILL)
    assert read(path).width == 640
    assert idle_pids() != [pid]


def test_a_picture_that_kills_every_child_is_refused_and_the_next_one_read(as_file, monkeypatch):
    """The child dies on the picture and so does a fresh one, so the picture is to blame."""
    path, killed = as_file(images.jpeg()), []
    read(path)
    real_send = ChildProcess._send

    def kill_then_send(self, data):
        os.kill(self.pid, signal.SIGKILL)
        killed.append(self.pid)
        time.sleep(0.05)
        real_send(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(ChildProcess, "_send", kill_then_send)
        with pytest.raises(DecoderFailed) as failed:
            read(path, name="evil.jpg")
    assert failed.value.reason == "decoder_failed"
    assert failed.value.sentence == "“evil.jpg” couldn’t be read: it crashes the picture reader."
    assert len(set(killed)) == 2
    assert read(path).width == 640


def test_a_hanging_child_is_stopped(as_file, settings, monkeypatch):
    settings.DECODE_TIMEOUT_S = 1
    monkeypatch.setattr("gallery.ingest.child_process.GRACE_S", 0)
    path = as_file(images.jpeg())
    read(path)
    (pid,) = idle_pids()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(DecoderFailed) as failed:
        read(path)
    assert failed.value.reason == "too_slow"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert read(path).width == 640


def test_a_child_ends_itself_when_a_picture_takes_too_long(as_file, settings):
    """A named pipe never ends, so the child's own alarm stops it without the parent's help."""
    settings.DECODE_TIMEOUT_S = 1
    pipe = as_file(b"").with_name("pipe.jpg")
    os.mkfifo(pipe)
    with pytest.raises(DecoderFailed) as failed:
        read(pipe)
    assert failed.value.reason == "too_slow"


def test_memory_is_limited(as_file, settings):
    settings.DECODE_MEMORY_BYTES = 256 * 1024 * 1024
    with pytest.raises(Refused) as refused:
        read(as_file(images.huge_png(12_000, 12_000)), formats.PNG, "big.png")
    assert refused.value.reason == "too_much_memory"


@pytest.mark.parametrize(
    ("setting", "value"), [("MAX_IMAGE_PIXELS", 640 * 480 - 1), ("MAX_IMAGE_SIDE", 639)]
)
def test_the_header_is_checked_before_anything_is_decoded(as_file, settings, setting, value):
    setattr(settings, setting, value)
    with pytest.raises(Refused) as refused:
        read(as_file(images.jpeg()))
    assert refused.value.reason == "too_many_pixels"
    assert "640 × 480 pixels" in refused.value.sentence


def test_threads_have_children_of_their_own(as_file):
    path = as_file(images.jpeg((2000, 1500)))
    with ThreadPoolExecutor(6) as threads:
        pictures = list(threads.map(lambda _: read(path), range(12)))
    assert {picture.perceptual_hash for picture in pictures} == {pictures[0].perceptual_hash}
    assert 1 <= len(idle_pids()) <= (os.cpu_count() or 1)


def test_a_forked_process_starts_its_own_child(as_file):
    path = as_file(images.jpeg())
    read(path)
    mine = idle_pids()
    child = os.fork()
    if child == 0:  # The forked worker reports with its exit status.
        try:
            fresh = idle_pids() == [] and read(path).width == 640
            apart = idle_pids() != mine
            decoder._pool.close()
            os._exit(0 if fresh and apart else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert read(path).width == 640
    assert idle_pids() == mine


def test_an_interrupted_reply_is_not_used_for_the_next_picture(as_file, monkeypatch):
    """Ctrl-C between request and reply: the reply must not be taken for another picture's."""
    first, second = as_file(images.jpeg((640, 480))), as_file(images.jpeg((64, 48)), "b.jpg")
    read(first)

    def interrupt(self, deadline):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ChildProcess, "_read_some", interrupt)
        with pytest.raises(KeyboardInterrupt):
            read(first)
    assert read(second).width == 64


@pytest.mark.parametrize(
    "reply",
    [
        {"ok": True},
        {"ok": True, "width": "640"},
        {"ok": True, "average_color": "red;}"},
    ],
)
def test_an_implausible_reply_is_rejected(as_file, monkeypatch, reply):
    monkeypatch.setattr(ChildProcess, "ask", lambda self, request: (reply, []))
    with pytest.raises(DecoderFailed):
        read(as_file(images.jpeg()))


def test_waiting_for_a_child_ends_when_one_comes_back(as_file):
    pool = decoder.DecoderPool(1)
    got = threading.Event()
    with pool.borrowed():
        waiter = threading.Thread(target=lambda: (pool.borrowed().__exit__(None), got.set()))
        waiter.start()
        assert not got.wait(0.05)
    assert got.wait(5)
    waiter.join()
    pool.close()
