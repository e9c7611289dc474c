"""Taking in what people upload: the limits, the child process that decodes, the refusals."""

import hashlib
import json
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kyc import decode as child

MAX_BYTES = 10 * 1024 * 1024
WALL_SECONDS = 20
# Of one process's threads (four by default), those that may sit behind a decoder, and the seconds
# another waits for its turn: eight slow PDFs must not take every page away from everybody.
AT_ONCE = 2
TURN_SECONDS = 2.0
_turns = threading.BoundedSemaphore(AT_ONCE)
JPEG_START = b"\xff\xd8\xff"

MESSAGES = {
    "empty": _("Ce fichier est vide. Reprenez la photo et envoyez-la de nouveau."),
    "too_big": _("Ce fichier dépasse 10 Mo. Envoyez une photo plus légère."),
    "unknown": _("Ce fichier n'est ni une photo (JPEG, PNG, WebP, GIF) ni un PDF."),
    "damaged": _("Ce fichier est abîmé ou incomplet. Reprenez la photo et envoyez-la de nouveau."),
    "heif": _(
        "Nous ne lisons pas les photos HEIC. Prenez la photo avec le bouton de cette page, ou"
        " réglez l'appareil photo sur JPEG (iPhone : Réglages, Appareil photo, Formats, « Le plus"
        " compatible »), puis reprenez-la."
    ),
    "too_many_pixels": _(
        "Cette image a trop de points. Choisissez une taille plus petite dans les réglages de"
        " l'appareil photo, puis reprenez la photo."
    ),
    "exhausted": _("Ce fichier est trop lourd à lire. Envoyez une simple photo du document."),
    "locked": _("Ce PDF est protégé par un mot de passe. Envoyez-le sans protection."),
    "busy": _("Trop de fichiers arrivent en ce moment. Envoyez-le de nouveau dans une minute."),
    "away": _(
        "Votre photo n'a pas pu être gardée : notre espace de stockage ne répond pas. Ce n'est pas"
        " votre faute, et ce que vous avez déjà donné reste là. Remplissez une autre partie, et"
        " envoyez la photo de nouveau dans quelques minutes."
    ),
    "quota": _(
        "Vous avez envoyé beaucoup de fichiers aujourd'hui : la limite d'un jour est atteinte."
        " Ce qui est reçu est gardé. Envoyez ce fichier demain."
    ),
    "too_small": _(
        "Cette image est trop petite ou trop étroite pour être lue : 300 points de côté au moins."
    ),
}

# What a child that ran out of its limits dies of; pdfium traps where an allocation fails.
EXHAUSTION = {signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGILL}

# Refusals that are no fault of the file: the same is to be sent again.
OURS = {"busy", "away"}


class Refused(Exception):
    """The upload is not taken: `code` for programs, `message` for the person, in French."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code
        self.message = MESSAGES[code]


@dataclass(frozen=True)
class Picture:
    """Our own JPEG of an upload. Sizes in pixels; `media_type` is that of the original.

    `text` holds the lines that a PDF has as text: signs, edges of each, top and bottom, in pixels.
    """

    jpeg: bytes
    width: int
    height: int
    original_sha256: str
    sha256: str
    media_type: str
    text: list[dict]


def decode(upload: bytes) -> Picture:
    """Our picture of what was sent; raises `Refused`, and nothing else, on a file not taken."""
    if not upload:
        raise Refused("empty")
    if len(upload) > MAX_BYTES:
        raise Refused("too_big")
    kind = child.kind_of(upload[:16])
    if kind is None:
        raise Refused("heif" if child.is_heif(upload[:16]) else "unknown")
    jpeg, width, height, text = _in_turn(upload)
    return Picture(
        jpeg=jpeg,
        width=width,
        height=height,
        original_sha256=hashlib.sha256(upload).hexdigest(),
        sha256=hashlib.sha256(jpeg).hexdigest(),
        media_type=child.MEDIA_TYPES[kind],
        text=text,
    )


def _in_turn(upload: bytes) -> tuple[bytes, int, int, list[dict]]:
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise Refused("busy")
    try:
        return _run(upload)
    finally:
        _turns.release()


def _run(upload: bytes) -> tuple[bytes, int, int, list[dict]]:
    try:
        # -I: neither the environment nor the folder of the program decides what is imported.
        done = subprocess.run(
            [sys.executable, "-I", child.__file__],
            input=upload,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused("exhausted") from None
    except OSError:  # no process, or no memory for one
        raise Refused("busy") from None
    if done.returncode < 0:
        raise Refused("exhausted" if -done.returncode in EXHAUSTION else "damaged")
    # The last line is ours; libraries may have complained before it.
    said = done.stderr.decode("ascii", "replace").strip().rpartition("\n")[2]
    size = re.fullmatch(r"ok (\d{1,5}) (\d{1,5}) (\[.*\])", said)
    if done.returncode == 0 and size and done.stdout.startswith(JPEG_START):
        return done.stdout, int(size[1]), int(size[2]), _lines(*size.groups())
    raise Refused(said if said in child.CODES else "damaged")


def _lines(width: str, height: str, told: str) -> list[dict]:
    """The text the child tells; none where it is not what a page may hold: it opened the file."""
    try:
        lines = json.loads(told)
        is_text = all(_is_line(int(width), int(height), **line) for line in lines)
        is_short = sum(len(line["text"]) for line in lines) <= child.MAX_SIGNS
    except (AttributeError, TypeError, ValueError, RecursionError):
        return []
    return lines if is_text and is_short else []


def _is_line(width: int, height: int, *, text: str, edges: list, top: int, bottom: int) -> bool:
    """Whether these are signs, with places on a picture of this size: NaN is on none."""
    is_placed = len(edges) == len(text) + 1 and all(0 <= edge <= width for edge in edges)
    return text.isprintable() and is_placed and 0 <= top <= bottom <= height
