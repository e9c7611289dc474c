"""The typefaces papers are printed, typed and written in, those for measuring kept apart."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path("/usr/share/fonts")
# Characters a face may lack, and what a printer without them puts instead.
INSTEAD = str.maketrans({"–": "-", "—": "-", "°": "o", "€": "E", "’": "'", "«": '"', "»": '"'})


@dataclass(frozen=True)
class Face:
    """A family: the plain file, the bold one if there is one, and how it stands on the line."""

    name: str
    plain: str
    bold: str = ""
    # Thin faces get this many hundredths of their height as a stroke, as an ink ribbon does.
    stroke: float = 0.0
    # A face that draws small is enlarged, so that one size in millimetres means one height.
    scale: float = 1.0

    def font(self, pixels, *, bold=False):
        """The face at a height of capitals and digits in pixels."""
        path = self.bold if bold and self.bold else self.plain
        return _font(path, max(6, round(pixels * self.scale / _capital(path))))

    def written(self, text, *, bold=False):
        """The text as this face can write it."""
        path = self.bold if bold and self.bold else self.plain
        lacking = {sign for sign in set(text) if not _has(path, sign)}
        return "".join(sign.translate(INSTEAD) if sign in lacking else sign for sign in text)


@cache
def _font(path, size):
    try:
        return ImageFont.truetype(FONTS / path, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as missing:
        raise FileNotFoundError(f"{FONTS / path}: run `make setup-test`") from missing


@cache
def _capital(path):
    """How high a capital is, as a part of the nominal size."""
    top, bottom = _font(path, 200).getbbox("H", anchor="ls")[1::2]
    return (bottom - top) / 200


@cache
def _has(path, sign):
    if sign == " ":
        return True
    font = _font(path, 60)
    mask, missing = font.getmask(sign), font.getmask("\U000f1234")
    return mask.getbbox() is not None and bytes(mask) != bytes(missing)


def _dejavu(kind):
    return f"truetype/dejavu/DejaVu{kind}.ttf", f"truetype/dejavu/DejaVu{kind}-Bold.ttf"


def _liberation(kind):
    folder = "truetype/liberation/Liberation"
    return f"{folder}{kind}-Regular.ttf", f"{folder}{kind}-Bold.ttf"


def _paratype(plain, bold):
    return f"truetype/paratype/{plain}.ttf", f"truetype/paratype/{bold}.ttf"


def _roboto(name):
    folder = "truetype/roboto/unhinted"
    return f"{folder}/{name}-Regular.ttf", f"{folder}/{name}-Bold.ttf"


def _urw(name, plain, bold):
    folder = "opentype/urw-base35"
    return f"{folder}/{name}-{plain}.otf", f"{folder}/{name}-{bold}.otf"


def _computer_modern(plain, bold):
    return f"truetype/cmu/cmun{plain}.ttf", f"truetype/cmu/cmun{bold}.ttf"


# A face stands under one part only: what is measured is never seen while tuning.
FACES = {
    "tuning": {
        "sans": (
            Face("dejavu-sans", *_dejavu("Sans")),
            Face("liberation-sans", *_liberation("Sans")),
            Face(
                "open-sans",
                "truetype/open-sans/OpenSans-Regular.ttf",
                "truetype/open-sans/OpenSans-Bold.ttf",
            ),
            Face("lato", "truetype/lato/Lato-Regular.ttf", "truetype/lato/Lato-Bold.ttf"),
            Face("pt-sans", *_paratype("PTS55F", "PTS75F")),
            Face(
                "cantarell",
                "opentype/cantarell/Cantarell-Regular.otf",
                "opentype/cantarell/Cantarell-Bold.otf",
            ),
        ),
        "serif": (
            Face("dejavu-serif", *_dejavu("Serif")),
            Face("liberation-serif", *_liberation("Serif")),
            Face("pt-serif", *_paratype("PTF55F", "PTF75F")),
            Face("pt-serif-caption", "truetype/paratype/PTZ55F.ttf"),
        ),
        "narrow": (
            Face("dejavu-condensed", *_dejavu("SansCondensed")),
            Face("liberation-narrow", *_liberation("SansNarrow")),
            Face("pt-narrow", *_paratype("PTN57F", "PTN77F")),
        ),
        "typewriter": (
            Face(
                "courier-prime",
                "opentype/courier-prime/Courier Prime.otf",
                "opentype/courier-prime/Courier Prime Bold.otf",
            ),
            Face(
                "tlwg-typewriter",
                "truetype/tlwg/TlwgTypewriter.ttf",
                "truetype/tlwg/TlwgTypewriter-Bold.ttf",
                stroke=4,
            ),
            Face("liberation-mono", *_liberation("Mono")),
            Face("gnu-typewriter", "truetype/gnutypewriter/GNUTypewriter.ttf"),
            Face("tlwg-typist", "truetype/tlwg/TlwgTypist.ttf", stroke=4),
            Face("compagnon", "opentype/compagnon/Compagnon-Roman.otf", stroke=3),
        ),
        "mono": (
            Face("dejavu-mono", *_dejavu("SansMono")),
            Face("pt-mono", *_paratype("PTM55F", "PTM75F")),
        ),
        "till": (
            Face("dejavu-mono", *_dejavu("SansMono")),
            Face("vga9", "pc/Px_IBM_VGA9.ttf"),
            Face("pt-mono", *_paratype("PTM55F", "PTM75F")),
            Face("dotgothic", "truetype/dotgothic16/DotGothic16-Regular.ttf"),
        ),
        "hand": (
            Face("domestic-manners", "truetype/dustin/Domestic_Manners.ttf", stroke=2, scale=1.1),
            Face("breip", "truetype/breip/Breip.ttf", stroke=3, scale=1.05),
            Face("dkg", "truetype/fifthhorseman/dkg.ttf", stroke=2, scale=0.95),
            Face("steve", "truetype/sjfonts/SteveHand.ttf", scale=0.95),
        ),
    },
    "measuring": {
        "sans": (
            Face("roboto", *_roboto("RobotoTTF/Roboto")),
            Face("urw-gothic", *_urw("URWGothic", "Book", "Demi")),
            Face("cm-sans", *_computer_modern("ss", "sx")),
        ),
        "serif": (
            Face("century", *_urw("C059", "Roman", "Bold")),
            Face("palatino", *_urw("P052", "Roman", "Bold")),
        ),
        "narrow": (
            Face("roboto-condensed", *_roboto("RobotoCondensed")),
            Face("cm-condensed", "truetype/cmu/cmunssdc.ttf"),
        ),
        "typewriter": (
            Face("nimbus-mono", *_urw("NimbusMonoPS", "Regular", "Bold"), stroke=4),
            Face("cm-typewriter", *_computer_modern("tt", "tb"), stroke=1),
            Face("cm-typewriter-wide", "truetype/cmu/cmunvt.ttf"),
        ),
        "mono": (Face("inconsolata", "truetype/inconsolata/Inconsolata.otf"),),
        "till": (
            Face("inconsolata", "truetype/inconsolata/Inconsolata.otf", stroke=2),
            Face("ibm-3270", "truetype/3270/3270-Regular.ttf", stroke=2),
        ),
        "hand": (
            Face("klee", "truetype/klee/KleeOne-SemiBold.ttf", scale=0.95),
            Face("dancing-script", "opentype/dancingscript/DancingScript-Regular.otf", stroke=1),
            Face("comic-neue", "opentype/comic-neue/ComicNeue-Regular.otf", stroke=1),
        ),
    },
}
# The zone of travel documents is printed in one face the world over.
OCR_B = Face("ocr-b", "opentype/ocr-b/OCRB.otf")


def choose(rng, style, *, part):
    """A face of a style, of those that belong to a part."""
    return rng.choice(FACES[part][style])
