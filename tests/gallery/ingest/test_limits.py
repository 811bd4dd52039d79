"""Each limit of ingest comes from its own setting."""

from gallery.ingest.limits import ArchiveLimits, DecodeLimits, archive_limits, decode_limits


def test_limits_for_one_picture_follow_the_settings(settings):
    settings.MAX_IMAGE_PIXELS = 11
    settings.MAX_IMAGE_SIDE = 12
    settings.DECODE_MEMORY_BYTES = 13
    settings.DECODE_TIMEOUT_S = 14
    assert decode_limits() == DecodeLimits(
        max_pixels=11, max_side=12, memory_bytes=13, timeout_s=14
    )


def test_limits_for_a_zip_follow_the_settings_and_a_member_is_an_upload(settings):
    settings.MAX_ARCHIVE_BYTES = 21
    settings.MAX_ARCHIVE_UNPACKED_BYTES = 22
    settings.MAX_ARCHIVE_MEMBERS = 23
    settings.MAX_ARCHIVE_RATIO = 24
    settings.MAX_UPLOAD_BYTES = 25
    assert archive_limits() == ArchiveLimits(
        max_bytes=21, max_unpacked_bytes=22, max_members=23, max_ratio=24, max_member_bytes=25
    )
