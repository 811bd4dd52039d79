"""Pictures drawn in memory for tests: ordinary, unusual and hostile ones. Nothing on disk."""

import io
import struct
import zipfile
import zlib

from PIL import Image, ImageCms, ImageDraw


def draw_picture(size=(640, 480), color="red", *, mode="RGB", seed=0):
    """Draw a picture with some content: a disc and stripes on a background of one colour."""
    picture = Image.new("RGB", size, color)
    pen = ImageDraw.Draw(picture)
    width, height = size
    for at in range(0, width, max(8, width // 12)):
        pen.line([(at, 0), (at + seed * 7 % 50, height)], fill=(seed * 53 % 256, 90, 160), width=2)
    pen.ellipse([width // 4, height // 4, width // 2, height // 2], fill="white")
    return picture if mode == "RGB" else picture.convert(mode)


def encode(picture, picture_format="JPEG", **options):
    """Return the picture encoded as a file."""
    if picture_format == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    picture.save(buffer, picture_format, **options)
    return buffer.getvalue()


def jpeg(size=(640, 480), color="red", *, seed=0, **options):
    """Return an ordinary JPEG. Another colour or seed gives other bytes."""
    return encode(draw_picture(size, color, seed=seed), "JPEG", **options)


def png(size=(640, 480), color="red", *, seed=0, **options):
    """Return an ordinary PNG."""
    return encode(draw_picture(size, color, seed=seed), "PNG", **options)


def truncated_jpeg():
    """Return a JPEG whose second half is missing."""
    whole = jpeg((1200, 900), quality=95)
    return whole[: len(whole) // 2]


def text_file():
    """Return a text file, as if notes.txt had been renamed to photo.jpg."""
    return b"Dear diary,\ntoday I renamed a file.\n" * 20


def svg():
    """Return an SVG that could contain a script."""
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'


def huge_png(width=30_000, height=30_000):
    """Return a PNG of a few kilobytes that unpacks to `width` x `height` pixels: a decompression
    bomb."""
    row = b"\x00" + b"\x00" * (width // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", data) + _png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _png_chunk(kind, data):
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png_claiming_two_gigabytes():
    """Return a PNG whose first data chunk claims to be 2 GB long."""
    header = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    claim = struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + _png_chunk(b"IHDR", header) + claim


def bmp_claiming_two_gigabytes():
    """Return a BMP whose header announces a picture of 2 GB and that contains none of it."""
    size = 54 + 2_000_000_000
    file_header = b"BM" + struct.pack("<IHHI", size, 0, 0, 54)
    info = struct.pack("<IiiHHIIiiII", 40, 25_000, 26_666, 1, 24, 0, 2_000_000_000, 0, 0, 0, 0)
    return file_header + info + b"\x00" * 1000


def animated(picture_format="GIF"):
    """Return three frames: red, then green, then blue."""
    red, green, blue = (draw_picture((200, 150), color) for color in ("red", "lime", "blue"))
    return encode(
        red, picture_format, save_all=True, append_images=[green, blue], duration=100, loop=0
    )


def cmyk_jpeg():
    """Return a JPEG in CMYK."""
    return encode(draw_picture(mode="CMYK"), "JPEG")


def gray_16_bit(picture_format="PNG"):
    """Return a 16-bit ramp from black to white."""
    ramp = b"".join(struct.pack("<H", x * 65535 // 255) for _ in range(64) for x in range(256))
    return encode(Image.frombytes("I;16", (256, 64), ramp), picture_format)


def palette_with_transparency():
    """Return a palette PNG, its left half transparent and its right half blue."""
    picture = Image.new("P", (200, 100), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(0, (0, 0, 100, 100))
    return encode(picture, "PNG", transparency=0)


def rotated_by_exif(orientation=6, size=(400, 200)):
    """Return a wide picture with a red left quarter and an EXIF orientation."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 4, size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(picture, "JPEG", exif=exif, quality=95)


def jpeg_with_exif():
    """Return a photograph with everything that cameras write, including the location."""
    exif = Image.Exif()
    exif[0x010F] = "NIKON CORPORATION"
    exif[0x0110] = "NIKON D750\x00"
    details = exif.get_ifd(0x8769)
    details[0x9003] = "2021:05:12 14:30:00"
    details[0x9011] = "+02:00"
    details[0xA434] = "50mm f/1.8"
    details[0x829A] = 0.004
    details[0x829D] = 2.8
    details[0x8827] = 400
    details[0x920A] = 50.0
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (48.0, 51.0, 29.0)
    place[3], place[4] = "E", (2.0, 17.0, 40.0)
    return encode(draw_picture((800, 600)), "JPEG", exif=exif)


def jpeg_with_swapped_profile():
    """Return a JPEG with a LAB colour profile, which does not apply to JPEGs and must not break
    it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return encode(draw_picture(), "JPEG", icc_profile=profile)


def make_zip(members, *, compression=zipfile.ZIP_DEFLATED):
    """Return a zip of (name, bytes) pairs or of a dict, as bytes."""
    pairs = members.items() if isinstance(members, dict) else members
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in pairs:
            archive.writestr(name, data)
    return buffer.getvalue()


def encrypted_zip(name="secret.jpg", data=b"not really encrypted"):
    """Return a zip with one member that requires a password."""
    packed = bytearray(make_zip({name: data}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def zip_bomb(megabytes=64):
    """Return a zip with the first bytes of a picture and then zeros: it packs a thousand to one."""
    head = jpeg((64, 64))
    return make_zip({"holiday.jpg": head + b"\x00" * (megabytes * 1024 * 1024)})


def average_of(data, box=None):
    """Return the mean colour of a picture, or of a box of it, as (r, g, b)."""
    with Image.open(io.BytesIO(data)) as picture:
        part = picture.convert("RGB").crop(box) if box else picture.convert("RGB")
        return part.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
