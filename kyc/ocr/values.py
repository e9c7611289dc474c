"""Making a typed value of what was read, or None: each repair knows what may stand there."""

import re
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches

from kyc.months import MONTHS
from kyc.ocr.rows import plain

Repair = Callable[[str], str | None]

TO_FIGURE = str.maketrans("OQDILSBZG|!lo", "0001158261110")
TO_LETTER = str.maketrans("01582", "OISBZ")
ENERGIES = {
    "petrol": ("ES", "ESSENCE", "SUPER", "LASANTSY"),
    "diesel": ("GO", "GAZOLE", "GASOIL", "GAS-OIL", "DIESEL", "GASOLE"),
    "electric": ("EL", "ELECTRIQUE", "ELECTRICITE"),
    "hybrid": ("EH", "GH", "EE", "GL", "HYBRIDE", "ESSENCE HYBRIDE", "HYBRIDE ESSENCE"),
}
ENERGY = {plain(word): name for name, words in ENERGIES.items() for word in words}
PROVINCES = "ADFMTU"


def number(text: str) -> str | None:
    """The twelve figures of a CIN."""
    for candidate in (text, re.sub(r"^\D*[°:.]", "", text)):
        figures = re.sub(r"[\s.,:;'_|/\\-]", "", candidate).translate(TO_FIGURE)
        if re.fullmatch(r"\d{12}", figures):
            return figures
    groups = re.findall(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)", text)
    return re.sub(r"\D", "", groups[0]) if len(groups) == 1 else None


def day(text: str) -> str | None:
    """A date in figures or with its month in words, French or Malagasy, as ISO."""
    text = re.sub(r"(?<=\b1)\s*(?:ER|er)\b", "", text.strip(" .,:;_-|'"))
    parts = [part for part in re.split(r"[\s/.,\-|\\]+", text) if plain(part)]
    if len(parts) == 1 and len(figures := parts[0].translate(TO_FIGURE)) == 8:
        parts = [figures[:2], figures[2:4], figures[4:]]
    if len(parts) != 3:
        return None
    first, month, year = (_figures(parts[0]), _month(parts[1]), _figures(parts[2]))
    if not (first and month and year) or len(year) != 4 or len(first) > 2:
        return None
    try:
        found = date(int(year), month, int(first))
    except ValueError:
        return None
    return found.isoformat() if 1900 <= found.year <= 2099 else None


def _figures(text: str) -> str | None:
    repaired = text.strip("'\"_:;*").upper().translate(TO_FIGURE)
    return repaired if repaired.isdecimal() and repaired.isascii() else None


def _month(text: str) -> int | None:
    letters = plain(text)
    if sum(letter.isalpha() for letter in letters) >= 3:
        close = get_close_matches(letters, MONTHS, n=1, cutoff=0.74)
        return MONTHS[close[0]] if close else None
    figures = _figures(text)
    return int(figures) if figures and len(figures) <= 2 else None


def plate(text: str) -> str | None:
    """A plate in its normal form `1234TAB`: up to four figures, the province, up to two letters."""
    bare = re.sub(r"[^A-Z0-9 ]", "", text.upper()).strip()
    parts = bare.split()
    if len(parts) == 2 and 1 <= len(parts[0]) <= 4 and 1 <= len(parts[1]) <= 3:
        figures, letters = parts
    else:
        joined = "".join(parts)
        if not 5 <= len(joined) <= 7:
            return None
        figures, letters = joined[:4], joined[4:]
    found = figures.translate(TO_FIGURE) + letters.translate(TO_LETTER)
    return found if re.fullmatch(rf"\d{{1,4}}(?:[{PROVINCES}][A-Z]{{0,2}}|WWT)", found) else None


def chassis(text: str) -> str | None:
    """A chassis number: five to seventeen characters, never I, O or Q, some of them figures."""
    bare = re.sub(r"[^A-Z0-9-]", "", text.upper()).strip("-")
    bare = bare.translate(str.maketrans("IOQ", "100"))
    if len(bare) == 17:
        bare = bare[:13] + bare[13:].translate(TO_FIGURE)
    fits = re.fullmatch(r"[A-Z0-9-]{5,17}", bare) and sum(c.isdigit() for c in bare) >= 3
    return bare if fits else None


def energy(text: str) -> str | None:
    """petrol, diesel, electric or hybrid, from a word or a French code."""
    bare = plain(text)
    if bare.translate(TO_LETTER) in ENERGY:
        return ENERGY[bare.translate(TO_LETTER)]
    if len(bare) == 2:
        return ENERGY.get(
            {"G0": "GO", "E5": "ES", "E1": "EL", "EI": "EL", "60": "GO"}.get(bare, "")
        )
    close = get_close_matches(bare, [word for word in ENERGY if len(word) > 3], n=1, cutoff=0.78)
    return ENERGY[close[0]] if close else None


def quantity(least: int, most: int) -> Repair:
    """A whole number between two bounds, its unit (CV, kg, places) left out."""

    def repair(text: str) -> str | None:
        bare = re.sub(r"(?i)[\s.,]*(cv|kgs?|k9|places?|ch)\b.*$", "", text.strip(" .,:;_-|'"))
        bare = re.sub(r"(?<=\d)[ .](?=\d{3}\b)", "", bare)
        figures = _figures(bare) if len(bare) <= 5 else None
        return str(int(figures)) if figures and least <= int(figures) <= most else None

    return repair


def name(text: str) -> str | None:
    """A person's or a place's name in capitals, dots and stray marks gone."""
    kept: list[str] = []
    text = re.sub(r"['.]?\s*-['.]?\s*(?=\w)", "-", re.sub(r"[’‘`´]", "'", text))
    text = re.sub(r"(?<=\w)\.+(?=[A-ZÀ-Ý])", " ", text)
    # Blanks between words in small letters get lost: a capital inside shows where.
    text = re.sub(r"(?<=[a-zà-ÿ]{3})(?=[A-ZÀ-Ý][a-zà-ÿ]{2})", " ", text)
    for word in re.split(r"[\s_]+", text.upper()):
        if sum(letter.isdigit() for letter in word) > len(word) // 4:
            continue
        bare = re.sub(r"[^A-ZÀ-ÖØ-Ý'-]", "", word.translate(TO_LETTER)).strip("'-")
        leader = re.search(r"[.…]{2,}", word.strip(".…"))
        if bare and not leader and (len(bare) > 1 or (kept and bare in "AIYN")):
            kept.append(bare)
    found = " ".join(kept)
    return found if len(plain(found)) >= 2 and re.search("[AEIOUYÀ-Ý]", found) else None


def model(text: str) -> str | None:
    """A make or model: letters, figures and hyphens in capitals."""
    words = [re.sub(r"[^A-Z0-9À-Ý.+-]", "", word).strip(".-") for word in text.upper().split()]
    found = " ".join(word for word in words if word)
    return found if plain(found) else None


def line(text: str) -> str | None:
    """Free text as printed, such as an address, without the dots it was typed on."""
    text = re.sub(r"\b[Il1|]{2,4}\b", lambda roman: "I" * len(roman[0]), text)
    words = [word.strip("._…|~*:;,-'\"=") for word in text.split()]
    found = " ".join(word for word in words if word)
    return found if len(plain(found)) >= 3 else None
