"""Making a typed value of what was read, or None: each repair knows what may stand there."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import pairwise
from statistics import median

from kyc.ocr import days
from kyc.ocr.days import TO_FIGURE, TO_LETTER
from kyc.ocr.lines import ABBREVIATED, Char, Chars, plain, text_of

Repair = Callable[[Chars], str | None]

FIGURES = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IN_CHASSIS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
ENERGIES = {
    "petrol": ("ES", "ESSENCE", "SUPER", "LASANTSY", "SP", "SANS PLOMB", "PETROL", "GASOLINE"),
    "diesel": ("GO", "GAZOLE", "GASOIL", "GAS-OIL", "DIESEL", "GASOLE"),
    "electric": ("EL", "ELECTRIQUE", "ELECTRICITE"),
    "hybrid": ("EH", "GH", "EE", "GL", "HYBRIDE", "ESSENCE HYBRIDE", "HYBRIDE ESSENCE"),
}
ENERGY = {plain(word): name for name, words in ENERGIES.items() for word in words}
HYPHENS = "-–~="  # as they are read in frame numbers
DOTS = ".…·•"
WIDE = 1.65  # times the usual step from letter to letter: there a word may end
# A block of houses: of lots the first part is often a Roman number, later ones are figures.
ROMAN = re.compile(r"(?<=[Ll][Oo][Tt]\s)(?:[Il1|]{2,4}|IHI)\b|\b(?=\w*[Il|])[Il1|]{2,4}\b")
FEW_WORDS = 6
YEAR = 4  # figures that make a day of what a month's name may be in
FIRST = "123457"  # the provinces in CIN numbers
RIVAL = 0.02  # likelihood from which another sign may be meant where this one cannot be
FAR = 2.0  # times that step: there a blank got lost
MANY = 8  # steps from which one knows the usual
NARROW = 0.85  # times that step: no blank has room
PROVINCES = "ADFMTU"


def undotted(chars: Chars) -> list[Char]:
    """Without the dots of a leader; a blank where they fill a gap wider than that of letters."""
    signs = [place for place, char in enumerate(chars) if char.text.isalnum()]
    steps = sorted(
        chars[b].at - chars[a].at for a, b in zip(signs, signs[1:], strict=False) if b == a + 1
    )
    pitch = steps[len(steps) // 2] if steps else 0.0
    kept: list[Char] = []
    for place, char in enumerate(chars):
        if char.text not in DOTS:
            kept.append(char)
        elif kept and kept[-1].text not in (" ", "-", "'"):
            before = max((p for p in signs if p < place), default=place)
            after = min((p for p in signs if p > place), default=place)
            gap = chars[after].at - chars[before].at
            if not pitch or gap > WIDE * pitch or after - before > 2:
                kept.append(Char(" ", char.score, char.at))
    return kept


def respaced(chars: Chars) -> list[Char]:
    """Without the blanks where there is no more room than between two letters."""
    signs = [place for place, char in enumerate(chars) if char.text.isalnum()]
    steps = sorted(
        chars[b].at - chars[a].at for a, b in zip(signs, signs[1:], strict=False) if b == a + 1
    )
    if len(steps) < 3 or not steps[0]:
        return list(chars)
    pitch = steps[len(steps) // 2]
    kept: list[Char] = []
    for place, char in enumerate(chars):
        last = kept[-1] if kept else None
        if char.text == " " and last and place + 1 < len(chars):
            following = chars[place + 1]
            if (
                last.text.isalnum()
                and following.text.isalnum()
                and 0 < following.at - last.at < NARROW * pitch
            ):
                continue
        kept.append(char)
    return kept


def parted(chars: Chars) -> list[Char]:
    """With a blank where the next letter stands twice as far away as the others do."""
    signs = [
        following.at - char.at
        for char, following in pairwise(chars)
        if char.text.isalpha() and following.text.isalpha()
    ]
    pitch = median(signs) if len(signs) >= MANY else 0.0
    kept: list[Char] = list(chars[:1])
    for char, following in pairwise(chars):
        is_inside = char.text.isalpha() and following.text.isalpha()
        if pitch > 0 and is_inside and following.at - char.at > FAR * pitch:
            kept.append(Char(" ", char.score, char.at))
        kept.append(following)
    return kept


def bare(chars: Chars) -> list[Char]:
    """Only the letters and figures."""
    return [char for char in chars if char.text.isalnum() and char.text not in "ºª"]


def figure(char: Char) -> str:
    """The figure a sign is, or may have been taken for; nothing where none is near."""
    if char.text in FIGURES:
        return char.text
    found = char.among(FIGURES)
    guess = char.text.translate(TO_FIGURE)
    if found and (found.score > 0.05 or guess not in FIGURES):
        return found.text
    return guess if guess in FIGURES else ""


def letter(char: Char) -> str:
    """The capital a sign is, or may have been taken for."""
    sign = plain(char.text)
    if len(sign) == 1 and sign in LETTERS:
        return sign
    found = char.among(LETTERS)
    guess = char.text.translate(TO_LETTER)
    return found.text if found and found.score > 0.05 else guess if guess in LETTERS else ""


def number(chars: Chars) -> str | None:
    """The twelve figures of a CIN."""
    signs = bare(chars)
    if len(signs) == 12:
        figures = _province(signs[0]) + "".join(map(figure, signs[1:]))
        sure = sum(sign.text in FIGURES for sign in signs)
        return figures if len(figures) == 12 and sure >= 8 else None
    groups = re.findall(r"(?<!\d)(?:\d{3}[ .,·•]*){3}\d{3}(?!\d)", text_of(chars))
    return re.sub(r"\D", "", groups[0]) if len(groups) == 1 else None


def _province(char: Char) -> str:
    """The first figure of a CIN, which is that of a province: another one may have been meant."""
    found = char.among(FIRST)
    is_meant = found and found.score > RIVAL
    return found.text if found and is_meant else figure(char)


def day(chars: Chars) -> str | None:
    """A date in figures or with its month in words, French or Malagasy, as ISO; year in full."""
    found = days.read(text_of(chars), short_years=False)
    return found or days.read(text_of(undotted(chars)), short_years=False)


def any_day(chars: Chars) -> str | None:
    """A date as shops print it: also with two figures of the year, in English, or year first."""
    return days.read(text_of(chars), short_years=True)


def plate(chars: Chars) -> str | None:
    """A plate in its normal form `1234TAB`: up to four figures, the province, up to two letters."""
    words = "".join(c.text if c.text.isalnum() else " " for c in chars).split()
    signs = bare(chars)
    if len(words) == 2 and 1 <= len(words[0]) <= 4 and 1 <= len(words[1]) <= 3:
        split = len(words[0])
    elif 5 <= len(signs) <= 7:
        split = 4
    else:
        return None
    figures, letters = "".join(map(figure, signs[:split])), "".join(map(letter, signs[split:]))
    found = figures + letters
    return found if re.fullmatch(rf"\d{{1,4}}(?:[{PROVINCES}][A-Z]{{0,2}}|WWT)", found) else None


def chassis(chars: Chars) -> str | None:
    """A chassis number: five to seventeen characters, never I, O or Q, some of them figures."""
    signs = [char for char in chars if char.text.isalnum() or char.text in HYPHENS]
    if len(bare(signs)) == 18 and bare(signs)[0].text == "E":
        signs = bare(signs)[1:]  # its code, the blank after which got lost
    if len(bare(signs)) == 17:
        signs = bare(signs)
    found = "".join(_in_chassis(sign) for sign in signs).strip("-")
    if len(found) == 17:
        # The last four are figures on every vehicle (ISO 3779, 4.4).
        found = found[:13] + "".join(figure(sign) or sign.text for sign in signs[13:])
    fits = re.fullmatch(r"[A-Z0-9-]{5,17}", found) and sum(c.isdigit() for c in found) >= 3
    return found if fits else None


def _in_chassis(char: Char) -> str:
    sign = char.text.upper()
    if sign in HYPHENS:
        return "-"
    if sign in IN_CHASSIS and sign.isascii():
        return sign
    if sign in "IOQ":
        return "1" if sign == "I" else "0"
    found = char.among(IN_CHASSIS)
    return found.text if found else plain(sign)


def energy(chars: Chars) -> str | None:
    """petrol, diesel, electric or hybrid, from a word or a French code."""
    word = plain(text_of(chars))
    if word.translate(TO_LETTER) in ENERGY:
        return ENERGY[word.translate(TO_LETTER)]
    if len(word) == 2:
        return ENERGY.get(
            {"G0": "GO", "E5": "ES", "E1": "EL", "EI": "EL", "60": "GO"}.get(word, "")
        )
    close = get_close_matches(word, [name for name in ENERGY if len(name) > 3], n=1, cutoff=0.78)
    return ENERGY[close[0]] if close else None


def quantity(least: int, most: int) -> Repair:
    """A whole number between two bounds, its unit (CV, kg, places) left out."""

    def repair(chars: Chars) -> str | None:
        text = re.sub(r"[.·…•]+", "", text_of(chars)).strip(" ,:;_-|'")
        text = re.sub(
            r"(?i)(?<=[\dOIlSB])[\s.,]*(c[vu]|cm3|cm³|cc|kgs?|k9|g|places?|pl|ch|kw)\b.*$", "", text
        )
        text = re.sub(r"(?<=\d)[ .](?=\d{3}\b)|(?<=^\d) (?=\d$)", "", text).strip(" .,")
        figures = days.figures(text) if len(text) <= 5 else ""
        return str(int(figures)) if figures and least <= int(figures) <= most else None

    return repair


def name(chars: Chars) -> str | None:
    """A person's or a place's name in capitals, dots and stray marks gone."""
    begins_with_figure = text_of(chars).strip(" .")[:1].isdigit()
    if begins_with_figure and (day(chars) or sum(char.text.isdigit() for char in chars) >= YEAR):
        return None
    kept: list[str] = []
    text = re.sub(r"[’‘`´]", "'", text_of(undotted(parted(respaced(chars)))))
    text = re.sub(r"['.]?\s*[-–]['.]?\s*(?=\w)", "-", text)
    # Blanks between words in small letters get lost: a capital inside shows where.
    text = re.sub(r"(?<=[a-zà-ÿ]{2})(?=[A-ZÀ-Ý][a-zà-ÿ]{2})", " ", text)
    text = re.sub(r"(?<=[A-ZÀ-Ý]{3})(?=[A-ZÀ-Ý][a-zà-ÿ]{3})", " ", text)
    text = re.sub(r"^[^/]{1,12}/\W?\w{0,4}[\s.:]+(?=[A-ZÀ-Ý]{3})", "", text)
    text = re.sub(r"^[a-zà-ÿ]{1,4}(?=[A-ZÀ-Ý]{3})", "", text)  # the end of a label
    for word in re.split(r"[\s_]+", text.upper()):
        if sum(sign.isdigit() for sign in word) > len(word) // 4:
            continue
        signs = re.sub(r"[^A-ZÀ-ÖØ-ÝŒ'-]", "", word.translate(TO_LETTER)).strip("'-")
        if signs and (len(signs) > 1 or (kept and signs in "AIYNÀ")):
            kept.append(signs)
    found = re.sub(r"NO[ÉÈÊ]L(?=INE|LE|\b)", "NOËL", " ".join(kept))
    return found if len(plain(found)) >= 2 and re.search("[AEIOUYÀ-Ý]", found) else None


def model(chars: Chars) -> str | None:
    """A make or model: letters, figures and hyphens in capitals."""
    text = re.sub(r"(?<=[A-ZÀ-Ý])\.(?=[A-ZÀ-Ý])", "", text_of(chars).upper())
    words = [re.sub(r"[^A-Z0-9À-Ý.+-]", "", word).strip(".-") for word in text.split()]
    found = " ".join(word for word in words if word)
    return found if plain(found) else None


def line(chars: Chars) -> str | None:
    """Free text as printed, such as an address, without the dots it was typed on."""
    text = text_of(undotted(chars)).replace("$", "S")
    text = re.sub(r"(?<=\d)[Oo](?=[Oo\d]*(?!\w))", "0", text)
    text = re.sub(r"^[^()]{1,20}\)\s*", "", text)  # the end of a label
    text = ROMAN.sub(lambda roman: "I" * len(roman[0]), text)
    text = re.sub(r"(?<=\d)\s*/\s*(?=\d)", "/", re.sub(r"[’‘`´]", "'", text))
    text = re.sub(r"(?<!\w)[1|I]'(?=[^\W\d_])", "L'" if text.isupper() else "l'", text)
    text = re.sub(r"(?<=\d)(?=[A-ZÀ-Ý](?:[A-ZÀ-Ý]{3}|[a-zà-ÿ]{3}))", " ", text)
    words = [word.strip("._…|~*:;,'\"=·") for word in text.split()]
    found = " ".join(word for word in words if word).strip(" -")
    return found if len(plain(found)) >= 3 else None


def few_words(chars: Chars) -> str | None:
    """The same of what is said in few words, such as a trade."""
    found = line(chars)
    return found if found and len(found.split()) <= FEW_WORDS and not day(chars) else None


# A comma or a full stop behind figures with which a sentence goes on, or the next begins.
SENTENCE = re.compile(
    r"(?<=\d)([A-Z]?|[-/][A-Z])"
    r"(?:\.\s*[A-ZÀ-Ý](?:[a-zà-ÿ'’]|\s[a-zà-ÿ])|[,;]\s*[^\W\d_]{2}).*"
)


def code(chars: Chars) -> str | None:
    """A number of a contract or an invoice: figures and letters in any order, some figures."""
    text = re.sub(r"\s*(?:\.{2,}|…)\s*", " ", text_of(chars))  # dots it was typed on
    text = SENTENCE.sub(r"\1", text)
    text = re.sub(r"\s*([/.\-])\s*", r"\1", text).strip(" .:,;-_/|'#")
    text = re.sub(r"\s+[a-zà-ÿ]{2,}.*", "", re.sub(r"\s+", " ", text))
    text = re.sub(r"\b([A-Z]{2,})0\b", r"\1O", text)
    text = re.sub(r"(?<=\d)(?: [A-ZÀ-Ý]{3,})+$", "", text)
    fits = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9/.\- ]{1,24}", text)
    return text.upper() if fits and sum(sign.isdigit() for sign in text) >= 2 else None


# A few capitals, then words with figures; what taxes and telephones are called is no number.
REFERENCE = re.compile(
    r"(?!(?:TAX|TVA|GST|VAT|RM|TEL|NIF|STAT|DU|AU|DE|LE)\b)(?:[A-Z]{1,8} |(?:[A-Z]{1,5} ){2})?"
    r"[A-Z/.-]*\d[^ ]*(?: [A-Z/.-]*\d[^ ]*| [A-Z])*"
)


def reference(chars: Chars) -> str | None:
    """A number of an invoice: no sum of money with its cents."""
    is_sum = re.search(r"(?<!\d)\d{1,3}(?:[ ,]\d{3})*[.,]\d{2}\W*$", text_of(chars))
    is_sum = is_sum or re.fullmatch(r"\W*\d{1,3}(?:[.,]\d{3})+\W*", text_of(chars))
    is_named = re.match(r"\W*[A-Z]{2,5}[-/]?\d", text_of(chars))
    found = None if is_sum and not is_named else code(chars)
    return found if found and REFERENCE.fullmatch(found) else None


def policy(chars: Chars) -> str | None:
    """A number of a contract: neither a plate nor a day."""
    found = None if plate(chars) or day(chars) else code(chars)
    return found if found and REFERENCE.fullmatch(found) else None


AMOUNT = re.compile(
    r"(?<![\d/])-?\d{1,3}(?:[ .,'’ ]\d{3})+(?:[.,]\s?\d{1,2})?(?!\d)"
    r"|(?<![\d/])-?\d{4,6}(?: \d{3})+(?![\d.,])"
    r"|(?<![\d/])-?\d+(?:\s?[.,]\s?\d{1,2})?(?!\d)"
)


def sums(text: str) -> Iterator[re.Match]:
    """The sums of money in a text, with the figures that were taken for letters."""
    text = re.sub(r"(?<=\d)[oO](?=[\d.,\soO]|$)|(?<=\d[.,])[oO]|(?<=\d[.,]0)[oO]", "0", text)
    text = re.sub(r"(?<=[\d.,])[Il](?=[\d.,])", "1", text)
    return AMOUNT.finditer(text)


def amount(chars: Chars) -> str | None:
    """A sum of money as a decimal with two figures after the point, the last of a line."""
    found = [match[0] for match in sums(text_of(chars))]
    return _decimal(found[-1]) if found else None


def _decimal(text: str) -> str | None:
    text = re.sub(r"[\s'’]", "", text)
    cents = re.search(r"[.,](\d{1,2})$", text)
    whole = re.sub(r"\D", "", text[: cents.start()] if cents else text)
    if not whole or len(whole) > 12:
        return None
    return f"{int(whole)}.{(cents[1] if cents else '0').ljust(2, '0')}"


def title(chars: Chars) -> str | None:
    """A company's name as printed."""
    text = re.sub(r"\s+", " ", text_of(chars)).strip(" ,:;-_|'*·=").lstrip(".")
    if not ABBREVIATED.search(text):
        text = text.rstrip(" .,")
    return text if len(plain(text)) >= 2 else None
