"""Files as telephones, scanners and programs make them, built byte by byte where Pillow cannot."""

import hashlib
import io
import struct
import zlib

from PIL import Image, ImageCms

JPEG_START = b"\xff\xd8"
# Colour type of PNG → samples a pixel, and the depths it may have.
PNG_COLOURS = {0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16))}
PNG_COLOURS[6] = (4, (8, 16))
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)]
ADAM7 += [(0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
PDF_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def encoded(image, kind, **options):
    """A file of an image."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo(width=900, height=600):
    """A picture that compresses well, darker above than below."""
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


# --- PNG ------------------------------------------------------------------------------------------


def chunk(name, content):
    """A part of a PNG."""
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png(width, height, rows, *, depth=8, colour=0, interlaced=False, before=b"", after=b""):
    """A PNG with a header of one's choice; `before` and `after` are chunks around its pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    pixels = chunk(b"IDAT", zlib.compress(rows, 9))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + before + pixels + after + chunk(b"IEND", b"")


def png_of(depth, colour, *, interlaced=False, width=400, height=300):
    """A true PNG of any sort that the standard knows."""
    samples, _depths = PNG_COLOURS[colour]
    rows = b""
    for left, top, across, down in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        wide, high = -(-(width - left) // across), -(-(height - top) // down)
        rows += (b"\0" + b"\x35" * -(-wide * samples * depth // 8)) * high
    shades = bytes(shade for shade in range(2**depth) for _turn in "RGB") if colour == 3 else b""
    palette = chunk(b"PLTE", shades) if shades else b""
    return png(
        width, height, rows, depth=depth, colour=colour, interlaced=interlaced, before=palette
    )


# --- JPEG -----------------------------------------------------------------------------------------


def segment(marker, content):
    """A part of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def with_segments(jpeg, *segments):
    """A JPEG with more parts at its beginning."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def resized_header(jpeg, width, height, *, depth=8):
    """A JPEG that claims another size than it has."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        at = jpeg.find(marker)
        if at > 0:
            claim = struct.pack(">BHH", depth, height, width)
            return jpeg[: at + 4] + claim + jpeg[at + 9 :]
    raise ValueError("no frame")


def turned(orientation, **options):
    """A photograph with the way it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone"
    return encoded(photo(), "JPEG", exif=exif, **options)


def ycck(width=400, height=300):
    """A CMYK photograph stored as luminance and differences, as printers' programs do."""
    jpeg = encoded(Image.new("CMYK", (width, height), (10, 20, 30, 40)), "JPEG")
    at = jpeg.index(b"Adobe")
    return jpeg[: at + 11] + b"\2" + jpeg[at + 12 :]


def two_pictures():
    """A photograph with a second picture behind it, as telephones with two lenses store them."""
    return encoded(photo(), "MPO", save_all=True, append_images=[photo(450, 300)])


# --- GIF ------------------------------------------------------------------------------------------


def gif(screen, frame, *, frames=1, left=0, top=0, after=b""):
    """A GIF whose frames are a small black square on a screen of any size."""
    one = b"\x2c" + struct.pack("<HHHHB", left, top, *frame, 0) + b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + one * frames + after + b"\x3b"


# --- PDF ------------------------------------------------------------------------------------------


def assembled(bodies, trailer=b""):
    """A PDF of these objects, the first of them its catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(out), len(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer" % (size, table)
    return out + b"<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)


def pdf(pages, trailer=b"", *, catalog=b"", box=b"0 0 420 595", content=None, resources=b""):
    """A small PDF of equal pages, A5 if not said; all show `content`, a stream object."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(pages))
    shown = b"/Contents %d 0 R/Resources<<%s>>" % (pages + 3, resources) if content else b""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
    ]
    bodies += [b"<</Type/Page/Parent 2 0 R/MediaBox[%s]%s>>" % (box, shown)] * pages
    return assembled(bodies + ([content] if content else []), trailer)


def stream(content, entries=b"", *, layers=1):
    """A compressed stream object, compressed as many times as `layers`."""
    for _layer in range(layers):
        content = zlib.compress(content, 6)
    filters = b"/FlateDecode" * layers
    return b"<</Length %d/Filter[%s]%s>>stream\n%s\nendstream" % (
        len(content),
        filters,
        entries,
        content,
    )


def owner_only():
    """The trailer of a PDF that anybody may open, and only its owner print."""
    owner, rights, name = b"o" * 32, -44, b"\0" * 16
    key = hashlib.md5(PDF_PADDING + owner + struct.pack("<i", rights) + name).digest()[:5]
    user = _arc4(key, PDF_PADDING)
    return b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>/ID[<%s><%s>]" % (
        owner.hex().encode(),
        user.hex().encode(),
        rights,
        name.hex().encode(),
        name.hex().encode(),
    )


def _arc4(key, text):
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, j = bytearray(), 0
    for at, letter in enumerate(text, start=1):
        i = at % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(letter ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def scan(width, height, mode="RGB"):
    """A PDF whose one page is a picture, as scanners make them; black and white as a fax."""
    return encoded(photo(width, height).convert(mode), "PDF", resolution=600)


# --- What honest people send ----------------------------------------------------------------------


def good():
    """Name → a file that must be taken."""
    files = {f"held {turn}": turned(turn) for turn in range(1, 9)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    jpeg, huge = encoded(photo(), "JPEG"), photo(8160, 6144)
    files |= {
        "progressive": encoded(photo(), "JPEG", progressive=True),
        "grey": encoded(photo().convert("L"), "JPEG"),
        "CMYK": encoded(photo().convert("CMYK"), "JPEG"),
        "YCCK": ycck(),
        "every colour sample": encoded(photo(), "JPEG", subsampling=0, quality=100),
        "with a colour profile": encoded(photo(), "JPEG", icc_profile=profile),
        "with restarts": encoded(photo(), "JPEG", restart_marker_rows=1),
        "two pictures": two_pictures(),
        "two pictures, the second lost": two_pictures()[: len(jpeg) + 200],
        "metadata cut short": with_segments(
            jpeg, segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12")
        ),
        "metadata of nonsense": with_segments(jpeg, segment(0xE1, b"Exif\0\0" + b"\x99" * 500)),
        "a maker's megabyte": with_segments(jpeg, *[segment(0xE4, b"\0" * 65000)] * 16),
        "zeros after its end": jpeg + b"\0" * 5000,
        "12 million pixels": encoded(photo(4000, 3000), "JPEG"),
        "50 million pixels": encoded(huge, "JPEG"),
        "50 million pixels, progressive": encoded(huge, "JPEG", progressive=True),
        "108 million pixels": encoded(Image.new("L", (12000, 9000), 9), "JPEG"),
        "200 million pixels": encoded(Image.new("L", (16320, 12240), 9), "JPEG"),
        "a screen": encoded(photo(1080, 2400).convert("RGBA"), "PNG"),
        "40 million pixels, see-through": encoded(
            photo(8000, 5000).convert("RGBA"), "PNG", compress_level=1
        ),
        "small": encoded(photo(300, 200), "JPEG"),
        "a GIF": encoded(photo(), "GIF"),
        "a WebP": encoded(photo(), "WEBP"),
        "a WebP without loss": encoded(photo(), "WEBP", lossless=True),
        "a see-through WebP": encoded(photo().convert("RGBA"), "WEBP"),
        "a WebP of 12 million pixels": encoded(photo(4000, 3000), "WEBP", method=0),
        "a WebP of 24 million pixels": encoded(photo(6000, 4000), "WEBP", method=0),
        "a moving WebP": encoded(photo(), "WEBP", save_all=True, append_images=[photo()] * 3),
        "a moving PNG": encoded(photo(), "PNG", save_all=True, append_images=[photo(900, 600)] * 3),
        "a scan of 600 points an inch": scan(4960, 7016),
        "a grey scan": scan(2480, 3508, "L"),
        "a fax": scan(2480, 3508, "1"),
        "a PDF that may not be printed": pdf(1, owner_only()),
        "a PDF of 10,000 pages": pdf(10_000),
    }
    for colour, (_samples, depths) in PNG_COLOURS.items():
        for depth in depths:
            for interlaced in (False, True):
                name = f"PNG {colour} {depth}{' interlaced' if interlaced else ''}"
                files[name] = png_of(depth, colour, interlaced=interlaced)
    return files
