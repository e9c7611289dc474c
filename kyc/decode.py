"""Child process that turns an untrusted file into our own JPEG: bytes in, bytes out.

Reads the upload on standard input, writes the JPEG on standard output and one line on standard
error: `ok WIDTH HEIGHT`, or with exit status 3 the code of the refusal. It imports neither Django
nor the project, and gives up memory, time, files and processes before it looks at the content.
"""

import io
import resource
import sys
import warnings

MAX_PIXELS = 40_000_000
LONGEST_SIDE = 2400  # pixels
SHORTEST_READABLE = 300  # pixels on the longest side
PAGES = 4
PAGE_WIDTH, PAGE_HEIGHT = 1700, 2400  # pixels
PAGE_SCALE = 4  # pixels a point: 288 dpi
QUALITY = 85
MEMORY = 768 * 1024 * 1024  # bytes of address space
CPU_SECONDS = 15
REFUSED = 3  # exit status

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


def picture_of(data: bytes, kind: str):
    """The first frame, upright, flattened on white, at most `LONGEST_SIDE`, as a new RGB image."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Refused("too_many_pixels")
        if max(image.size) < SHORTEST_READABLE:
            raise Refused("too_small")
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        orientation = image.getexif().get(0x0112)
        frame = image if image.mode in ("L", "RGB", "RGBA", "CMYK") else _plain(image)
        frame.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        frame = flat(frame)
    frame.getexif()[0x0112] = orientation or 1
    return flat(ImageOps.exif_transpose(frame))


def _plain(image):
    """Palettes, 16 bits and the rest as colour, keeping what transparency there is."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    has_alpha = "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBa")
    return image.convert("RGBA" if has_alpha else "RGB")


def flat(image):
    """A new RGB image on white, carrying nothing over but its pixels."""
    from PIL import Image

    fresh = Image.new("RGB", image.size, "white")
    fresh.paste(image.convert("RGB"), mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return fresh


def pages_of(data: bytes):
    """The first `PAGES` pages of a PDF, stacked: one document is one picture."""
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
    pages = [_rendered(document[number]) for number in range(min(len(document), PAGES))]
    if not pages:
        raise Refused("damaged")
    stack = Image.new("RGB", (max(p.width for p in pages), sum(p.height for p in pages)), "white")
    top = 0
    for page in pages:
        stack.paste(page, (0, top))
        top += page.height
    if max(stack.size) < SHORTEST_READABLE:
        raise Refused("too_small")
    return stack


def _rendered(page):
    width, height = page.get_size()
    if width < 1 or height < 1:
        raise Refused("damaged")
    scale = min(PAGE_WIDTH / width, PAGE_HEIGHT / height, PAGE_SCALE)
    return page.render(scale=scale).to_pil().convert("RGB")


def prepare(kind: str) -> None:
    """Import all the kind needs while files may still be opened, and make bombs errors."""
    from PIL import Image, ImageOps, JpegImagePlugin, TiffImagePlugin  # noqa: F401

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
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def give_up_everything() -> None:
    """Limit this process for good: memory, time; no file, no other process, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for right in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(right, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def decoded(data: bytes):
    """The picture in the file, or `Refused` whatever the decoders think of it."""
    if not data:
        raise Refused("empty")
    kind = kind_of(data[:16])
    if kind is None:
        raise Refused("unknown")
    prepare(kind)
    give_up_everything()
    from PIL import Image

    try:
        return pages_of(data) if kind == "PDF" else picture_of(data, kind)
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
        image = decoded(sys.stdin.buffer.read())
        out = io.BytesIO()
        image.save(out, "JPEG", quality=QUALITY, exif=b"", icc_profile=None, comment=b"")
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return REFUSED
    except MemoryError:
        sys.stderr.write("exhausted\n")
        return REFUSED
    sys.stdout.buffer.write(out.getvalue())
    sys.stderr.write(f"ok {image.width} {image.height}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
