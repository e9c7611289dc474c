"""Passwords nobody would guess: what validators of Django's own do not know of here."""

import hashlib
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

STAFF_LENGTH = 12
# What people here write first when a password is asked for; Django's own list is English.
WORDS = [
    "amour", "azerty", "bonjour", "bonheur", "chocolat", "coucou", "doudou", "famille",
    "football", "jetaime", "jesus", "loulou", "maison", "marseille", "merci", "motdepasse",
    "paris", "password", "passe", "princesse", "secret", "soleil", "tahiana", "tiana", "admin",
    "administrateur", "agent", "hetra", "impot", "impots", "taxe", "taxes", "vehicule",
    "voiture", "moto", "taxi", "vignette", "madagascar", "malagasy", "gasy", "antananarivo",
    "tananarive", "tana", "toamasina", "tamatave", "mahajanga", "majunga", "fianarantsoa",
    "toliara", "tulear", "antsiranana", "diego", "antsirabe", "rakoto", "rabe", "rasoa",
    "andria", "mvola", "airtel", "orange", "telma", "yas", "tsiky", "fitiavana", "fianakaviana",
    "tanindrazana", "mpanjaka", "salama", "manahoana", "misaotra",
]  # fmt: skip
# A line of the list of leaked passwords.
LISTED = re.compile(rb"[0-9A-F]{40}(:[0-9]+)?\r?\n?\Z")
SAMPLES = 100
# Written for letters by people who think it fools somebody.
LEET = str.maketrans("013457@$!", "oieastasi")


class StaffLength:
    """Staff open other people's papers: their passwords are longer."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        is_staff = user is not None and getattr(user, "role", "citizen") != "citizen"
        if is_staff and len(password) < STAFF_LENGTH:
            raise ValidationError(
                _("Il faut au moins %s caractères.") % STAFF_LENGTH, code="password_too_short"
            )

    def get_help_text(self) -> str:
        """What is asked of staff."""
        return _("Pour le personnel, au moins %s caractères.") % STAFF_LENGTH


class Guessable:
    """Refuses what is one familiar word, a row of keys or somebody's own number, with trimmings."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        plain = _plain(password)
        spelt_out = plain.rstrip("!?.*$0123456789 ").translate(LEET)
        words = {re.sub(r"[^a-z]", "", spelt) for spelt in (plain, spelt_out)}
        if any(_is_one_word(word) for word in words) or len(set(plain)) < 4 or _is_row(plain):
            raise ValidationError(_("Ce mot de passe se devine trop vite."), code="guessable")
        digits, phone = re.sub(r"\D", "", password), getattr(user, "phone", "") or ""
        if phone and phone[-9:] in digits:
            raise ValidationError(
                _("Votre numéro de téléphone n'est pas un mot de passe."), code="guessable"
            )

    def get_help_text(self) -> str:
        """What to write instead."""
        return _("Trois mots qui n'ont rien à voir font un bon mot de passe.")


class Breached:
    """Refuses passwords known from leaks, looked up in a file: nothing leaves this machine.

    `BREACHED_PASSWORDS` names a text file of SHA-1 hashes in capitals, sorted, one a line, anything
    after a colon being left aside: the format of the Pwned Passwords download, ordered by hash.
    Without the setting nothing is looked up.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        path = settings.BREACHED_PASSWORDS
        if path and is_listed(password, Path(path)):
            raise ValidationError(
                _("Ce mot de passe a été publié après un vol de données : choisissez-en un autre."),
                code="breached",
            )

    def get_help_text(self) -> str:
        """Why a good-looking password may be refused."""
        return _("Un mot de passe déjà publié après un vol de données est refusé.")


def is_listed(password: str, path: Path) -> bool:
    """Whether the file holds this password's hash. Halves the file: thirty steps for 40 GB."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as lines:
        low, high = 0, lines.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            lines.seek(middle)
            if middle:
                lines.readline()  # the rest of a line
            found = lines.readline()[:40]
            if found == wanted:
                return True
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        lines.seek(low)
        return lines.readline()[:40] == wanted


def fault_of(path: Path) -> str:
    """What would make look-ups in this file miss passwords, or nothing. Reads a hundred lines."""
    try:
        with path.open("rb") as lines:
            size, before = lines.seek(0, os.SEEK_END), b""
            for step in range(SAMPLES):
                lines.seek(step * size // SAMPLES)
                if step:
                    lines.readline()
                line = lines.readline()
                if line and not LISTED.match(line):
                    return "holds lines that are not SHA-1 in capitals, with or without :count"
                if line and line[:40] < before:
                    return "is not sorted by hash"
                before = line[:40] or before
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if size else "is empty"


def _plain(password: str) -> str:
    spread = unicodedata.normalize("NFKD", password).casefold()
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def _is_one_word(letters: str) -> bool:
    """Whether nothing but one of the words is there, once or several times."""
    return any(letters and not letters.replace(word, "") for word in WORDS)


def _is_row(plain: str) -> bool:
    rows = "01234567890123456789 abcdefghijklmnopqrstuvwxyz azertyuiopqsdfghjklmwxcvbn qwertyuiop"
    return plain in rows or plain[::-1] in rows
