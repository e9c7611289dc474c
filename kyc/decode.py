"""Child process that turns an untrusted file into our own JPEG: bytes in, bytes out.

Reads the upload on standard input, writes the JPEG on standard output and one line on standard
error: `ok WIDTH HEIGHT`, followed as JSON by the lines of text that a PDF holds as such, or with
exit status 3 the code of the refusal. It imports neither Django nor the project, and gives up
memory, time, files and processes before it looks at the content.
"""

import io
import json
import resource
import sys
import warnings

# What MEMORY holds of each kind. A JPEG is made smaller while it is decoded, so that what the best
# telephones take is no burden; of a progressive one all coefficients, up to six bytes a pixel, are
# held at once. libwebp holds four copies.
MAX_PIXELS = {"JPEG": 210_000_000, "PNG": 40_000_000, "GIF": 40_000_000, "WEBP": 25_000_000}
MAX_PROGRESSIVE_PIXELS = 55_000_000
MAX_HELD_PIXELS = 40_000_000
LONGEST_SIDE = 2400  # pixels
SHORTEST_READABLE = 300  # pixels on the longest side
SLIMMEST = 30  # times as long as wide: beyond, no paper is on it
STRIP = 64  # rows of what is kept, made at once
PAGES = 4
PAGE_WIDTH, PAGE_HEIGHT = 1700, 2400  # pixels
PAGE_SCALE = 4  # pixels a point: 288 dpi
MAX_SIGNS = 4000  # of text of one PDF: a book is no paper
SCANNED = 0.4  # share of a page under pictures from which its text is some other reader's guess
MAX_OBJECTS = 20_000  # of one page that are looked through for pictures
OVERLAID = 0.5  # heights of a line by which one lies on another rather than beside it
FEWEST_SIGNS = 40  # under which a PDF has no text worth the name
QUALITY = 85
MEMORY = 480 * 1024 * 1024  # bytes of address space, of which what is resident is a part
CPU_SECONDS = 15
REFUSED = 3  # exit status
CODES = {"damaged", "exhausted", "locked", "too_many_pixels", "too_small"}
# Image.Transpose members that turn a picture upright, by its Exif orientation.
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "PDF": "application/pdf",
}


class Refused(Exception):
    """The file is not taken; the argument is the code."""


def kind_of(head: bytes) -> str | None:
    """The kind of file by its first bytes, or None where it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith(b"%PDF-"):
        return "PDF"
    return None


def is_heif(head: bytes) -> bool:
    """Whether it begins like the photographs that iPhones keep, which we do not read."""
    brands = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
    return head[4:8] == b"ftyp" and head[8:12] in brands


def picture_of(data: bytes, kind: str):
    """The first frame, upright, flattened on white, at most `LONGEST_SIDE`, as a new RGB image."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        most = MAX_PROGRESSIVE_PIXELS if image.info.get("progressive") else MAX_PIXELS[kind]
        if image.width * image.height > most:
            raise Refused("too_many_pixels")
        check_size(image.size)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        if image.width * image.height > MAX_HELD_PIXELS:
            raise Refused("too_many_pixels")
        image.load()
        turn = TURNS.get(orientation_of(image))
        picture = reduced(image)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return picture if turn is None else picture.transpose(turn)


def check_size(size: tuple[int, int]) -> None:
    """Refuse what is too small, or too slim, to be a paper."""
    if max(size) < SHORTEST_READABLE or max(size) > SLIMMEST * min(size):
        raise Refused("too_small")


def orientation_of(image) -> int:
    """How the camera was held; upright where its metadata are damaged: the pixels are not."""
    try:
        return image.getexif().get(0x0112, 1)
    except Exception:  # readers of metadata raise anything
        return 1


def reduced(image):
    """Its pixels on white, divided by a whole number; in strips, so that no second copy is made."""
    from PIL import Image

    by = max(1, max(image.size) // LONGEST_SIDE)
    picture = Image.new("RGB", (-(-image.width // by), -(-image.height // by)))
    for row in range(0, picture.height, STRIP):
        bottom = min((row + STRIP) * by, image.height)
        strip = flat(image.crop((0, row * by, image.width, bottom)))
        picture.paste(strip.reduce(by), (0, row))
    return picture


def flat(image):
    """A new RGB image on white, carrying nothing over but its pixels."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits a pixel
        image = image.convert("I").point(lambda value: value / 256).convert("L")
        image.info.pop("transparency", None)
    is_clear = image.has_transparency_data
    image = image.convert("RGBA" if is_clear else "RGB")
    fresh = Image.new("RGB", image.size, "white")
    fresh.paste(image.convert("RGB"), mask=image.getchannel("A") if is_clear else None)
    return fresh


def pages_of(data: bytes):
    """The first `PAGES` pages of a PDF, stacked: one document is one picture; and its text."""
    import pypdfium2
    from PIL import Image

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (
            pypdfium2.raw.FPDF_ERR_PASSWORD,
            pypdfium2.raw.FPDF_ERR_SECURITY,
        )
        raise Refused("locked" if locked else "damaged") from None
    pages = [document[number] for number in range(min(len(document), PAGES))]
    bitmaps = [_rendered(page) for page in pages]
    if not pages:
        raise Refused("damaged")
    width, height = max(b.width for b in bitmaps), sum(b.height for b in bitmaps)
    stack = Image.new("RGB", (width, height), "white")
    tops = [sum(b.height for b in bitmaps[:number]) for number in range(len(bitmaps))]
    for bitmap, top in zip(bitmaps, tops, strict=True):
        stack.paste(bitmap.to_pil().convert("RGB"), (0, top))
    check_size(stack.size)
    return stack, _text_of(pages, bitmaps, tops)


def _rendered(page):
    width, height = page.get_size()
    if width < 1 or height < 1:
        raise Refused("damaged")
    scale = min(PAGE_WIDTH / width, PAGE_HEIGHT / height, PAGE_SCALE)
    return page.render(scale=scale)


def _text_of(pages, bitmaps, tops) -> list[dict]:
    """The lines of text on pages drawn as these bitmaps; none where it cannot be relied on."""
    try:
        texts = [page.get_textpage() for page in pages]
        signs = sum(text.count_chars() for text in texts)
        if not FEWEST_SIGNS <= signs <= MAX_SIGNS or any(_is_scanned(page) for page in pages):
            return []
        drawn = zip(texts, pages, bitmaps, tops, strict=True)
        lines = [line for one in drawn for line in _lines_of(*one)]
        return [] if _is_overlaid(lines) else lines
    except Exception:  # of a crafted page anything may be raised: its picture is there
        return []


def _is_scanned(page) -> bool:
    """Whether pictures cover so much of the page that what is to be read stands on them."""
    from pypdfium2 import raw

    if raw.FPDFPage_CountObjects(page) > MAX_OBJECTS:
        return True
    width, height = page.get_size()
    covered = 0.0
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        left, bottom, right, top = picture.get_bounds()
        covered += abs(right - left) * abs(top - bottom)
    return covered > SCANNED * width * height


def _lines_of(text, page, bitmap, above: int) -> list[dict]:
    """The text of a page by lines, in pixels of the stack.

    Each has its signs, where each of them begins and the last one ends, its top and its bottom.
    """
    from pypdfium2 import raw

    places = bitmap.get_posconv(page)
    below = above + bitmap.height
    lines: list[list] = [[]]
    for place in range(text.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text, place))
        left, bottom, right, top = text.get_charbox(place, loose=True)
        x0, y0 = places.to_bitmap(left, top)
        x1, y1 = places.to_bitmap(right, bottom)
        box = (min(x0, x1), above + min(y0, y1), max(x0, x1), above + max(y0, y1))
        if sign in "\r\n" or (
            lines[-1] and not sign.isspace() and _is_apart(lines[-1][-1][1], box)
        ):
            lines.append([])
        is_shown = 0 <= box[0] <= box[2] <= bitmap.width and above <= box[1] <= box[3] <= below
        if sign.isprintable() and is_shown:
            lines[-1].append((sign, box))
    return [_line_of(signs) for signs in lines if any(sign.isalnum() for sign, _ in signs)]


def _is_overlaid(lines: list[dict]) -> bool:
    """Whether one line lies on another: which of them is seen only the picture tells."""
    ordered = sorted(lines, key=lambda line: line["top"])
    for place, line in enumerate(ordered):
        for lower in ordered[place + 1 :]:
            if lower["top"] >= line["bottom"]:
                break
            low = OVERLAID * min(each["bottom"] - each["top"] for each in (line, lower))
            shared = min(line["bottom"], lower["bottom"]) - lower["top"]
            beside = min(max(line["edges"]), max(lower["edges"]))
            if shared > low and beside - max(min(line["edges"]), min(lower["edges"])) > low:
                return True
    return False


def _is_apart(last, box) -> bool:
    """Whether this sign begins a line, or a column, of its own."""
    height = max(1, last[3] - last[1])
    is_level = min(last[3], box[3]) - max(last[1], box[1]) > height * 0.3
    return not is_level or not -height < box[0] - last[2] < height * 1.2


def _line_of(signs) -> dict:
    while signs[-1][0].isspace():
        signs.pop()
    while signs[0][0].isspace():
        signs.pop(0)
    boxes = [box for _, box in signs]
    return {
        "text": "".join(sign for sign, _ in signs),
        "edges": [*(box[0] for box in boxes), boxes[-1][2]],
        "top": min(box[1] for box in boxes),
        "bottom": max(box[3] for box in boxes),
    }


def prepare(kind: str) -> None:
    """Import all the kind needs while files may still be opened, and make bombs errors."""
    from PIL import Image, JpegImagePlugin, TiffImagePlugin  # noqa: F401

    if kind == "JPEG":
        from PIL import MpoImagePlugin  # noqa: F401
    elif kind == "PNG":
        from PIL import PngImagePlugin  # noqa: F401
    elif kind == "GIF":
        import copy  # noqa: F401

        from PIL import GifImagePlugin, ImagePalette  # noqa: F401
    elif kind == "WEBP":
        from PIL import WebPImagePlugin  # noqa: F401
    else:
        import pypdfium2  # noqa: F401
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS.get(kind)
    warnings.simplefilter("ignore")  # of odd metadata: the pixels decide
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def give_up_everything() -> None:
    """Limit this process for good: memory, time; no file, no other process, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for right in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(right, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def decoded(data: bytes):
    """The picture in the file and its text, or `Refused` whatever the decoders think of it."""
    if not data:
        raise Refused("empty")
    kind = kind_of(data[:16])
    if kind is None:
        raise Refused("unknown")
    prepare(kind)
    give_up_everything()
    from PIL import Image

    try:
        return pages_of(data) if kind == "PDF" else (picture_of(data, kind), [])
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except MemoryError:
        raise Refused("exhausted") from None
    except Exception:  # a decoder may raise anything on a crafted file
        raise Refused("damaged") from None


def main() -> int:
    try:
        image, text = decoded(sys.stdin.buffer.read())
        out = io.BytesIO()
        image.save(out, "JPEG", quality=QUALITY, exif=b"", icc_profile=None, comment=b"")
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return REFUSED
    except MemoryError:
        sys.stderr.write("exhausted\n")
        return REFUSED
    sys.stdout.buffer.write(out.getvalue())
    sys.stderr.write(f"ok {image.width} {image.height} {json.dumps(text)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
