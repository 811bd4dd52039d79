"""Zips of every kind: each member is a stream or a refusal, and nothing is unpacked to disk."""

import io
import struct
import zipfile
from dataclasses import replace

import pytest

from gallery.exceptions import Refused
from gallery.ingest import zips
from gallery.ingest.limits import ArchiveLimits
from tests import images

LIMITS = ArchiveLimits(
    max_bytes=10**9,
    max_unpacked_bytes=10**9,
    max_members=5000,
    max_ratio=200,
    max_member_bytes=10**8,
)


def unpack(data, **changes):
    """Return the outcome of each member: its bytes, or the reason of its refusal."""
    fates = {}
    for member in zips.read_members(
        io.BytesIO(data), name="pack.zip", limits=replace(LIMITS, **changes)
    ):
        try:
            if isinstance(member.content, Refused):
                raise member.content
            fates[member.name] = b"".join(iter(lambda c=member.content: c.read(65536), b""))
        except Refused as refused:
            assert refused.sentence.startswith("“")
            fates[member.name] = refused.reason
    return fates


def refused_whole(data, **changes):
    with pytest.raises(Refused) as refused:
        unpack(data, **changes)
    return refused.value.reason


def test_members_are_returned_in_order_with_their_bytes():
    assert unpack(images.make_zip({"b/2.jpg": b"two", "a/1.jpg": b"one"})) == {
        "b/2.jpg": b"two",
        "a/1.jpg": b"one",
    }


def test_a_thousand_folders_are_read():
    data = images.make_zip({f"{n}/sub/{n}.jpg": b"x" for n in range(1000)})
    assert len(unpack(data)) == 1000


def test_system_files_are_skipped_silently():
    clutter = ["__MACOSX/._a.jpg", ".DS_Store", "x/.hidden", "Thumbs.db", "a/desktop.ini", "dir/"]
    data = images.make_zip({**dict.fromkeys(clutter, b"x"), "a.jpg": b"kept"})
    assert unpack(data) == {"a.jpg": b"kept"}


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.jpg", "/etc/x.jpg", "a/../../x.jpg", "..\\x.jpg", "C:\\x.jpg"]
)
def test_names_that_point_outside_are_refused_and_the_others_are_read(name):
    fates = unpack(images.make_zip([(name, b"evil"), ("good.jpg", b"good")]))
    assert fates.pop("good.jpg") == b"good"
    assert list(fates.values()) == ["member_outside"]


def test_a_bomb_is_stopped_at_its_ratio():
    assert unpack(images.zip_bomb(16)) == {"holiday.jpg": "member_bomb"}


def test_small_pictures_of_one_colour_may_pack_very_well():
    assert unpack(images.make_zip({"white.bmp": b"\xff" * 3_000_000}))["white.bmp"][:1] == b"\xff"


def test_the_total_unpacked_size_is_limited():
    data = images.make_zip({f"{n}.jpg": bytes(1000) for n in range(10)})
    fates = unpack(data, max_unpacked_bytes=2500)
    assert [len(fate) for fate in fates.values() if isinstance(fate, bytes)] == [1000, 1000]
    assert list(fates.values())[-1] == "archive_unpacks_too_large"
    assert len(fates) == 3


def test_a_member_that_declares_too_many_bytes_is_not_read():
    data = images.make_zip({"big.jpg": bytes(5000), "small.jpg": b"s"})
    assert unpack(data, max_member_bytes=4999) == {"big.jpg": "too_many_bytes", "small.jpg": b"s"}


def test_too_many_members_are_refused_before_the_first():
    data = images.make_zip({f"{n}.jpg": b"" for n in range(11)})
    assert refused_whole(data, max_members=10) == "archive_too_many_members"


def test_each_limit_is_exact():
    files = {f"{n}.jpg": bytes(1000) for n in range(3)}
    data = images.make_zip(files)
    exact = {"max_members": 3, "max_unpacked_bytes": 3000, "max_member_bytes": 1000}
    assert unpack(data, max_bytes=len(data), **exact) == files


def test_a_member_may_unpack_to_its_ratio_and_no_further(monkeypatch):
    monkeypatch.setattr(zips, "RATIO_FREE_BYTES", 0)
    size = 100_000
    packed = zipfile.ZipFile(io.BytesIO(images.make_zip({"a.jpg": bytes(size)})))
    ratio = -(-size // packed.infolist()[0].compress_size)
    data = packed.fp.getvalue()
    assert unpack(data, max_ratio=ratio) == {"a.jpg": bytes(size)}
    assert unpack(data, max_ratio=ratio - 1) == {"a.jpg": "member_bomb"}


def test_a_table_of_contents_that_would_fill_memory_is_not_read(monkeypatch):
    data = bytearray(images.make_zip({"a.jpg": b"x"}))
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 12, 0x7FFFFFFF)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the table was read"))
    assert refused_whole(bytes(data)) == "archive_too_many_members"


def zip64(files, *, declared=None, in_old_record=None, magic=b"PK\x06\x06"):
    """A zip whose table of contents is declared by a 64-bit record, in place of the old one."""
    data = images.make_zip(files)
    at = data.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", data, at + 10)
    declared = size if declared is None else declared
    record = magic + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, declared, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
    old = bytearray(data[at:])
    struct.pack_into("<I", old, 12, 0xFFFFFFFF if in_old_record is None else in_old_record)
    return data[:at] + record + locator + bytes(old), size


def test_the_table_of_a_64_bit_zip_is_measured_by_its_own_record(monkeypatch):
    data, size = zip64({"a.jpg": b"x"})
    assert unpack(data) == {"a.jpg": b"x"}
    huge, _ = zip64({"a.jpg": b"x"}, declared=2**40, in_old_record=size)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the table was read"))
    assert refused_whole(huge) == "archive_too_many_members"


def test_what_only_looks_like_a_64_bit_record_is_not_believed():
    _, size = zip64({"a.jpg": b"x"})
    data, _ = zip64({"a.jpg": b"x"}, declared=2**40, in_old_record=size, magic=b"PK\x00\x00")
    assert zips._table_bytes(io.BytesIO(data), len(data)) == size


@pytest.mark.parametrize(
    ("max_bytes", "left_bytes", "reason"),
    [
        (100, 100, ""),
        (99, 100, "member_bomb"),
        (100, 99, "archive_unpacks_too_large"),
    ],
)
def test_a_member_is_read_up_to_exactly_its_limits(max_bytes, left_bytes, reason):
    stream = zips.MemberStream(
        io.BytesIO(bytes(100)), name="a.jpg", archive="pack.zip", max_bytes=max_bytes,
        budget=zips._Budget(max_bytes=left_bytes, left_bytes=left_bytes),
    )  # fmt: skip
    if not reason:
        assert len(stream.read(64) + stream.read(64)) == 100
        return
    assert len(stream.read(64)) == 64
    with pytest.raises(Refused) as refused:
        stream.read(64)
    assert refused.value.reason == reason


def test_a_zip_larger_than_allowed_is_refused():
    data = images.make_zip({"a.jpg": b"x" * 100})
    assert refused_whole(data, max_bytes=len(data) - 1) == "archive_too_many_bytes"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and then nothing",
        images.make_zip({"a.jpg": b"x" * 500})[:-30],
        b"PK\x05\x06" + b"\xff" * 18,
    ],
)
def test_an_incomplete_zip_is_refused(data):
    assert refused_whole(data) in {"archive_damaged", "archive_too_many_members"}


def test_an_empty_zip_is_refused():
    assert refused_whole(images.make_zip({})) == "archive_without_pictures"


def test_an_encrypted_member_is_refused():
    assert unpack(images.encrypted_zip()) == {"secret.jpg": "member_encrypted"}


def test_a_nested_zip_is_refused():
    inner = images.make_zip({"a.jpg": b"x"})
    assert unpack(images.make_zip({"in.zip": inner, "b.jpg": b"y"})) == {
        "in.zip": "nested_archive",
        "b.jpg": b"y",
    }


def test_a_damaged_member_is_refused_and_the_others_are_read():
    data = bytearray(images.make_zip({"a.jpg": b"A" * 5000, "b.jpg": b"B"}, compression=0))
    at = data.index(b"AAAA") + 100
    data[at : at + 4] = b"oops"
    assert unpack(bytes(data)) == {"a.jpg": "member_damaged", "b.jpg": b"B"}


def test_an_unknown_compression_is_refused():
    data = bytearray(images.make_zip({"a.jpg": b"x" * 50}))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 10, 97)
    struct.pack_into("<H", data, 8, 97)
    assert unpack(bytes(data)) == {"a.jpg": "member_compression"}


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_never_raises_anything_but_refusals(seed):
    import random

    dice = random.Random(seed)
    data = bytearray(
        images.make_zip({f"{n}/p.jpg": images.jpeg((40, 30), seed=int(n)) for n in "123"})
    )
    for _ in range(dice.randrange(1, 12)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    try:
        unpack(bytes(data[: dice.randrange(len(data) // 2, len(data) + 1)]))
    except Refused as refused:
        assert refused.sentence.endswith(".")
