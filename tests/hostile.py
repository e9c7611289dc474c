"""Files that are meant to hurt: crafted ones, and good ones spoiled by chance from a seed."""

import random
import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

from tests.files import (
    assembled,
    chunk,
    encoded,
    gif,
    pdf,
    photo,
    png,
    resized_header,
    scan,
    segment,
    stream,
    turned,
    two_pictures,
    with_segments,
)

TAKEN = "taken"
SCRIPT = b"<script>alert(document.domain)</script><?php system($_GET[0]); ?>"
PASSWORD = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -44>>/ID[<00><00>]" % (
    b"ab" * 32,
    b"cd" * 32,
)
# What a form may be told a file is called: none of it is ever used.
NAMES = [
    "photo.jpg",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\cmd.exe",
    "shell.php\0.jpg",
    "facture\u202egpj.exe",
    "📷👩🏽‍🦱.jpeg",
    "a" * 251 + ".png",
    'x"; filename="y.php',
    "<img src=x onerror=alert(1)>.gif",
    ".htaccess",
    "con",
    "%00%2e%2e%2f.pdf",
    "\r\nSet-Cookie: a=b.jpg",
]
MEDIA_TYPES = ["image/jpeg", "text/html", "application/x-php", "image/svg+xml", "", "x" * 300]


def crafted():
    """Name → (file, what must become of it): TAKEN, or the code of the refusal."""
    return _other_kinds() | _jpegs() | _pngs() | _gifs() | _webps() | _pdfs() | _polyglots()


def _other_kinds():
    """What is no picture of ours, and says so or does not."""
    small = photo(400, 300)
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    starts = {
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file\n",
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "a page": b"<!doctype html>" + SCRIPT,
        "a program": b"\x7fELF\2\1\1" + b"\0" * 300,
        "a shell script": b"#!/bin/sh\nid\n",
        "a film": b"\0\0\0\x18ftypqt  " + b"\0" * 300,
        "a picture of photo.jpg's name": b"push graphic-context\nimage over 0,0 0,0 '|id'\n",
        "a document": zipped.getvalue(),
        "TIFF": encoded(small, "TIFF"),
        "BMP": encoded(small, "BMP"),
        "ICO": encoded(small, "ICO"),
        "AVIF": encoded(small, "AVIF"),
        "JPEG 2000": encoded(small, "JPEG2000"),
        "one byte": b"\xff",
        "the beginning of a JPEG's beginning": b"\xff\xd8",
        "zeros": b"\0" * 100_000,
    }
    heifs = {f"HEIF {brand}": b"\0\0\0\x18ftyp" + brand.encode() for brand in ("heic", "mif1")}
    return (
        {"nothing": (b"", "empty")}
        | {name: (content, "unknown") for name, content in starts.items()}
        | {name: (content + b"\0" * 2000, "heif") for name, content in heifs.items()}
    )


def _jpegs():
    good = encoded(photo(), "JPEG")
    progressive = encoded(photo(), "JPEG", progressive=True)
    scans = progressive.index(b"\xff\xda")
    monster = [segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 60_000)] * 30
    loop = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"
    profile = [segment(0xE2, b"ICC_PROFILE\0\1\xff" + b"\xee" * 65_000)] * 30
    return {
        "JPEG of 65,535 × 65,535": (resized_header(good, 65535, 65535), "too_many_pixels"),
        "progressive of 20,000 × 20,000": (
            resized_header(progressive, 20000, 20000),
            "too_many_pixels",
        ),
        "JPEG of 0 × 600": (resized_header(good, 0, 600), "damaged"),
        "JPEG ten times as high as it is": (resized_header(good, 900, 6000), None),
        "JPEG of 12 bits": (resized_header(good, 900, 600, depth=12), "damaged"),
        "JPEG of 1 × 30,000": (encoded(photo(1, 30000), "JPEG"), "too_small"),
        "JPEG without tables": (good.replace(b"\xff\xdb", b"\xff\xe5"), "damaged"),
        "JPEG without codes": (good.replace(b"\xff\xc4", b"\xff\xe5"), None),
        "JPEG of a beginning only": (b"\xff\xd8\xff\xe0" + b"\0" * 500, "damaged"),
        "JPEG within a JPEG": (good[:2] + good, "damaged"),
        "Exif of two megabytes": (with_segments(good, *monster), TAKEN),
        "Exif in a loop": (with_segments(good, segment(0xE1, loop)), TAKEN),
        "a profile of two megabytes": (with_segments(good, *profile), TAKEN),
        "a profile's piece 200 of 3": (
            with_segments(good, segment(0xE2, b"ICC_PROFILE\0\xc8\3x")),
            TAKEN,
        ),
        "XMP of nonsense": (
            with_segments(good, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x" + b"<" * 60000)),
            TAKEN,
        ),
        "a second picture at no place": (
            two_pictures().replace(struct.pack(">I", 2), b"\xff" * 4, 1),
            TAKEN,
        ),
        "JPEG of a thousand scans": (
            progressive[:-2] + progressive[scans:-2] * 100 + b"\xff\xd9",
            TAKEN,
        ),
    }


SLOW = ["JPEG of ten thousand scans"]


def slow():
    """Like `crafted()`: what takes all the time that it is given."""
    progressive = encoded(photo(), "JPEG", progressive=True)
    scans = progressive[progressive.index(b"\xff\xda") : -2]
    many = resized_header(progressive, 7000, 7000)[:-2] + scans * (9_000_000 // len(scans))
    return {SLOW[0]: (many, "exhausted")}


def _pngs():
    good, row = encoded(photo(), "PNG"), b"\0" + b"\x77" * 400
    bomb = zlib.compress(b"\0" * 150_000_000, 6)
    text = chunk(b"zTXt", b"Comment\0\0" + bomb)
    return {
        "PNG of 60,000 × 60,000": (png(60000, 60000, b""), "too_many_pixels"),
        "PNG of 2³¹ − 1 squared": (png(2**31 - 1, 2**31 - 1, b""), "too_many_pixels"),
        "PNG of 0 × 300": (png(0, 300, b""), "damaged"),
        "PNG of a negative width": (png(2**32 - 1, 300, b""), "too_many_pixels"),
        "PNG of more rows than it says": (png(400, 300, row * 100_000), TAKEN),
        "PNG of a row only": (png(400, 300, row), None),
        "PNG without pixels": (png(400, 300, b""), "damaged"),
        "PNG of 40 million by 1": (png(40_000_000, 1, b""), "too_small"),
        "PNG of a palette without one": (png(400, 300, row * 300, colour=3), None),
        "PNG of no colour type": (png(400, 300, row * 300, colour=5), "damaged"),
        "PNG of no depth": (png(400, 300, row * 300, depth=3), "damaged"),
        "PNG of text that swells": (png(400, 300, row * 300, before=text), None),
        "PNG of text that swells, behind": (png(400, 300, row * 300, after=text), None),
        "PNG of a profile that swells": (
            png(400, 300, row * 300, before=chunk(b"iCCP", b"a\0\0" + bomb)),
            None,
        ),
        "PNG of 50,000 remarks": (
            png(400, 300, row * 300, before=chunk(b"tEXt", b"a\0b") * 50_000),
            TAKEN,
        ),
        "PNG of a part of 2 GB": (good[:33] + b"\x7f\xff\xff\xff" + good[37:], None),
        "PNG of a false sum": (good[:29] + b"\0\0\0\0" + good[33:], "damaged"),
        "PNG without an end": (good[:-12], None),
        "PNG of a million frames": (
            png(400, 300, row * 300, before=chunk(b"acTL", struct.pack(">II", 10**6, 0))),
            TAKEN,
        ),
    }


def _gifs():
    still = encoded(Image.new("L", (300, 60), 90), "GIF")
    first = still.index(b"\x2c\0\0\0\0")
    return {
        "GIF of 10,000 frames": (still[:first] + still[first:-1] * 10_000 + b"\x3b", TAKEN),
        "GIF of 10,000 broken frames": (gif((400, 300), (400, 300), frames=10_000), "damaged"),
        "GIF of no frame": (gif((400, 300), (400, 300), frames=0), "damaged"),
        "GIF of 65,535 × 65,535 and a square": (gif((65535, 65535), (1, 1)), "too_many_pixels"),
        "GIF of 6,000 × 6,000 and a square": (gif((6000, 6000), (1, 1)), TAKEN),
        "GIF of 0 × 0": (gif((0, 0), (0, 0)), None),
        "GIF of a frame beyond its screen": (gif((400, 300), (300, 300), left=60000), None),
        "GIF of a frame of 65,535 × 65,535": (gif((400, 300), (65535, 65535)), None),
        "GIF that is a page": (b"GIF89a<html>" + SCRIPT, None),
        "GIF that is a script": (b"GIF89a=1;alert(1)//" + b"\0" * 300, None),
    }


def _webps():
    good = encoded(photo(), "WEBP")
    moving = encoded(
        photo(400, 300), "WEBP", save_all=True, append_images=[photo(400, 300).rotate(9)] * 200
    )
    wide = b"\xff\x3f\0" * 2  # 16,384 each way
    equal = Image.new("RGB", (8000, 4900))
    at = moving.index(b"VP8X")
    return {
        "WebP that says 4 GB": (good[:4] + b"\xff" * 4 + good[8:], None),
        "WebP that says nothing": (good[:4] + b"\0" * 4 + good[8:], None),
        "WebP of a canvas of 268 million": (
            moving[: at + 12] + wide + moving[at + 18 :],
            "too_many_pixels",
        ),
        "WebP of 200 frames": (moving, TAKEN),
        "WebP of 39 million equal pixels": (
            encoded(equal, "WEBP", lossless=True, method=0),
            "too_many_pixels",
        ),
        "WebP that is empty": (b"RIFF\x04\0\0\0WEBP", "damaged"),
        "WebP of sound": (b"RIFF\x24\0\0\0WEBPfmt " + b"\0" * 300, "damaged"),
    }


def _pdfs():
    draw = b"0 0 m 300 300 l S\n"
    javascript = b"<</S/JavaScript/JS(app.alert\\(1\\);while\\(1\\);)>>"
    image = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/Device%s/BitsPerComponent %d"
    )
    show = stream(b"400 0 0 500 0 0 cm /X Do")

    def of_image(width, height, colour, depth, size):
        """One page that shows an image: object 4 shows it, 5 is it."""
        bodies = [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R"
            b"/Resources<</XObject<</X 5 0 R>>>>>>",
            show,
            stream(b"\0" * size, image % (width, height, colour, depth)),
        ]
        return assembled(bodies)

    itself = stream(
        b"/X Do " * 50,
        b"/Type/XObject/Subtype/Form/BBox[0 0 420 595]/Resources<</XObject<</X 4 0 R>>>>",
    )
    deep = [b"<</Type/Catalog/Pages 2 0 R>>"]
    deep += [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 3) for n in range(3000)]
    deep += [b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 420 595]>>" % (len(deep))]
    return {
        "PDF that opens with a script": (pdf(1, catalog=b"/OpenAction" + javascript), TAKEN),
        "PDF that starts a program": (
            pdf(1, catalog=b"/OpenAction<</S/Launch/F(cmd.exe)/Win<</F(cmd.exe)>>>>"),
            TAKEN,
        ),
        "PDF that carries files": (
            pdf(1, catalog=b"/Names<</EmbeddedFiles<</Names[(a.exe)<</EF<</F 3 0 R>>>>]>>>>"),
            TAKEN,
        ),
        "PDF of a form": (pdf(1, catalog=b"/AcroForm<</XFA(<xdp/>)/Fields[]>>"), TAKEN),
        "PDF with a password": (pdf(1, PASSWORD), "locked"),
        "PDF locked by a method nobody knows": (
            pdf(1, b"/Encrypt<</Filter/Nobody/V 9>>/ID[<00><00>]"),
            "locked",
        ),
        "PDF without pages": (pdf(0), "damaged"),
        "PDF of a million pages that are not there": (
            pdf(1).replace(b"/Count 1", b"/Count 1000000"),
            None,
        ),
        "PDF of a huge page": (pdf(1, box=b"0 0 1000000000 1000000000"), None),
        "PDF of a page of 14,400": (pdf(4, box=b"0 0 14400 14400"), TAKEN),
        "PDF of a slim page": (pdf(1, box=b"0 0 14400 2"), "too_small"),
        "PDF of a tiny page": (pdf(1, box=b"0 0 0.01 0.01"), None),
        "PDF of a page turned inside out": (pdf(1, box=b"595 420 -595 -420"), None),
        "PDF of a page of no number": (pdf(1, box=b"nan inf 1e999 x"), None),
        "PDF whose pages are their own": (
            pdf(1).replace(b"Kids[3 0 R]", b"Kids[2 0 R]"),
            "damaged",
        ),
        "PDF of 3,000 levels of pages": (assembled(deep), None),
        "PDF of 200,000 brackets": (pdf(1, catalog=b"/X" + b"[" * 200_000), None),
        "PDF whose table is its own past": (pdf(1, b"/Prev 400"), None),
        "PDF whose table is nowhere": (pdf(1).replace(b"startxref\n", b"startxref\n9999"), None),
        "PDF of a beginning only": (b"%PDF-1.7\nnothing more", "damaged"),
        "PDF that draws itself": (
            pdf(1, content=itself, resources=b"/XObject<</X 4 0 R>>"),
            None,
        ),
        "PDF that swells to 100 MB": (pdf(1, content=stream(b" " * 100_000_000)), None),
        "PDF that swells three times": (
            pdf(1, content=stream(b" " * 100_000_000, layers=3)),
            None,
        ),
        "PDF of two million strokes": (pdf(1, content=stream(draw * 2_000_000)), None),
        "PDF of an image of 30,000 × 30,000": (
            of_image(30000, 30000, b"RGB", 8, 9_000_000),
            None,
        ),
        "PDF of a true image of 300 MB": (of_image(10000, 10000, b"RGB", 8, 300_000_000), None),
        "PDF of an image of −1": (of_image(-1, 2**31 - 1, b"Gray", 1, 10), None),
    }


def _polyglots():
    jpeg, tail = encoded(photo(), "JPEG"), b"PK\x03\x04" + SCRIPT
    zipped = BytesIO(jpeg)
    with zipfile.ZipFile(zipped, "a") as archive:
        archive.writestr("shell.php", SCRIPT)
    return {
        "JPEG and ZIP": (zipped.getvalue(), TAKEN),
        "JPEG and a script in its remark": (with_segments(jpeg, segment(0xFE, SCRIPT)), TAKEN),
        "PNG and PHP": (encoded(photo(), "PNG") + SCRIPT, TAKEN),
        "PNG and PHP in its text": (
            png(400, 300, (b"\0" + b"\1" * 400) * 300, before=chunk(b"tEXt", b"a\0" + SCRIPT)),
            TAKEN,
        ),
        "GIF and script": (encoded(photo(), "GIF") + b"*/=1;" + SCRIPT, TAKEN),
        "WebP and script": (encoded(photo(), "WEBP") + tail, TAKEN),
        "PDF and a page": (pdf(1).replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + SCRIPT + b"\n"), TAKEN),
    }


# --- By chance ------------------------------------------------------------------------------------


@cache
def _seeds():
    small = photo(420, 300)
    return [
        turned(6, quality=60),
        encoded(small, "JPEG", progressive=True),
        encoded(small.convert("CMYK"), "JPEG"),
        encoded(small.convert("L"), "JPEG", restart_marker_rows=1),
        two_pictures(),
        encoded(small, "PNG"),
        encoded(small.convert("P"), "PNG", transparency=0),
        encoded(small, "PNG", save_all=True, append_images=[photo(420, 300).rotate(9)] * 3),
        encoded(small, "GIF"),
        encoded(small, "GIF", save_all=True, append_images=[small.rotate(9)] * 3),
        encoded(small, "WEBP"),
        encoded(small, "WEBP", lossless=True),
        encoded(small.convert("RGBA"), "WEBP", save_all=True, append_images=[small.rotate(9)] * 3),
        pdf(3),
        pdf(1, content=stream(b"0 0 m 300 300 l S\n" * 50)),
        scan(600, 800),
    ]


def spoiled(number):
    """(name, file): a good file spoiled in one to four ways; the same number, the same file."""
    rng = random.Random(f"spoiled {number}")
    which = rng.randrange(len(_seeds()))
    data, done = bytearray(_seeds()[which]), []
    for _turn in range(rng.choice((1, 1, 1, 2, 4))):
        how = rng.choice(WAYS)
        # Half of all blows fall on the first 200 bytes, where sizes and tables are.
        at = rng.randrange(min(len(data), 200) if rng.random() < 0.5 else len(data))
        how(data, at, rng)
        done.append(f"{how.__name__} {at}")
        if len(data) < 20:
            break
    return f"{number}: seed {which}, {', '.join(done)}", bytes(data)


def _cut(data, at, rng):
    del data[max(at, 1) :]


def _flip(data, at, rng):
    for _turn in range(rng.choice((1, 1, 8, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    data[at] ^= 1 << rng.randrange(8)


def _number(data, at, rng):
    value = rng.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1))
    size = rng.choice((1, 2, 4))
    data[at : at + size] = (value % 256**size).to_bytes(size, rng.choice(("big", "little")))


def _fill(data, at, rng):
    size = rng.choice((4, 60, 2000))
    data[at : at + size] = rng.choice((b"\0", b"\xff", rng.randbytes(1))) * size


def _noise(data, at, rng):
    size = rng.choice((2, 30, 3000))
    data[at : at + rng.choice((0, size))] = rng.randbytes(size)


def _lose(data, at, rng):
    del data[at : at + rng.choice((1, 10, 500))]


def _repeat(data, at, rng):
    piece = bytes(data[at : at + rng.choice((4, 100, 3000))])
    data[at:at] = piece * rng.choice((1, 2, 200))


def _graft(data, at, rng):
    other = rng.choice(_seeds())
    data[at:] = other[min(at, len(other)) :]


WAYS = [_cut, _flip, _number, _fill, _noise, _lose, _repeat, _graft]
