"""A letter in sentences: what stands behind the words that announce it, up to the next of them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from kyc.ocr import days, values
from kyc.ocr.lines import Char, Chars, Line, Span, broken
from kyc.ocr.sheet import Sheet

BORN_NEXT = 3.0  # merit of a name that is followed by a birth
LEVEL = 0.55  # heights between the middles of two pieces of one row
# Everything is sought in small letters without accents, blanks being lost as often as not.
PERSON = re.compile(
    r"soussigne(?:\W?e?s?\b\W{0,2})?[\s,:]*"
    r"|(?<![a-z])(?:sus|de|pre|sur)?nomm?e+(?:\W?e\W?)?[\s,:]+(?:m(?:r|me|lle)?\.?\s+|monsieur\s*|madame\s*)?"
    r"|(?<![a-z])(?:m\.|mr\.?(?![a-z])|mme\.?(?![a-z])|mlle\.?(?![a-z])|m(?=\s[a-z])"
    r"|monsieur|madame|mademoiselle|sieur|dame|andriamatoa|ramatoa|atoa|rtoa|izaho)"
    r"(?:\s*/\s*(?:mme|madame|mlle)\.?)*[\s,:]*"
    r"|(?<![a-z])fa\s?i\s?(?=[a-z])"
    r"|(?<![a-z])(?:declarante?|l.interessee?|comparante?|identite)\s*:\s*"
)
BORN = re.compile(
    r"(?<![a-z])ne+(?:\W?[ecl]\W?)?\s*(?:vers\s*)?(?:le(?![a-z])|en(?![a-z]))\s*"
    r"|teraka\s*(?:tamin\W?\s*ny|ny|ta)?\s*|date\s*de\s*naissance\s*:?\s*"
)
DAY = re.compile(
    r"[0-9oil]{1,2}(?:\s?er)?[\s./,\-]{0,3}(?:[0-9oil]{1,2}|[a-z0][a-z0-9]{2,10}?)"
    r"[\s./,\-]{0,3}[0-9]{2}[0-9oil]{2}(?!\d)"
)
PLACE = re.compile(r"[\s,]{0,3}(?:a|tao|tany|teto|ao)(?:\s*:\s*|\s+|(?=\S))")
LIVING = re.compile(
    r"(?:demeurant|domicilie\W?e?s?\b\W?|residante?|habitante?|monina|mipetraka|adresse\s*:"
    r"|domicile\s*:)"
    r"\s*:?\s*(?:actuellement\s*)?(?:amin\W?\s*ny\s*|ao\s*(?:amin\W?\s*ny\s*)?|(?:au|a|dans|sis|sise)\b\s*"
    r"|a[ul]?(?=lot))?(?:l.adresse\s*(?:suivante)?\s*:?\s*)?"
)
NUMBER = re.compile(
    r"(?<![0-9/])(?=(?:[oil]?[\s.|_\-]{0,2}[0-9]){9})"
    r"[0-9](?:[\s.|_\-]{0,2}[0-9oil]){11}(?![0-9a-z/])"
)
# Born there on that day, rather than on that day there.
BORN_AT = re.compile(
    r"(?<![a-z])(?:ne+(?:\W?[ecl]\W?)?\s*a|teraka\s*tao|natif\w*\s*d[ue]?)\s+(?P<it>[^,;\d]{3,40}?)[\s,]+(?:le|tamin\W?\s*ny|ny)\s*"
)
MAKE = re.compile(
    r"(?:vehicule|voiture|moto|automobile|camion|fiara)\w?\s*(?:automobile|particuliere?)?\s*,?\s*"
    r"(?:de\s*)?(?:la\s*)?(?:marque)?\s*:?\s*|(?:marque|marika|karazana)\s*:?\s*"
)
PLATE = re.compile(
    r"(?<![A-Z0-9])(?<![0-9][ .\-])[0-9]{1,4}[ .\-]{0,2}[ADFMTUW][A-Z]{1,2}(?![A-Za-z0-9])"
)
# Words by which a sentence goes on to something else.
STOP = re.compile(
    r"(?<![a-z])(?:titulaire|porteu[rs]|detent|de\s*profession|profession|exercant|demeurant"
    r"|domicili|residant|habitant|fils\s|fille\s|de\s*nationalit|nationalit|cin\b|c\.i\.n|carte\s"
    r"|delivre|a\s*declar|declare|avo(?:ir|ns)|a\s*perdu|s.est|est\s|certif|attest|qui\s|dont\s"
    r"|immatricul|vehicule|teraka|n[e]+(?:\W?e\W?)?\s*le\b|monina|mipetraka|dia\s|manambara"
    r"|zana|ayant|agee?\s|sous\s|ci-apres|dument|l[ae]quel|nous\s|pour\s|de\s*couleur|numero|n°"
    r"|portant|appartenant|chassis|modele|de\s*type|type\s|laharan|mitondra|avec\s|tompon)"
)
# A surname in capitals and what follows, up to where the birth is told.
NAMED = re.compile(
    r"(?:(?<!\w)|(?<=\bi)|(?<=\bfai))"  # the blank behind the article is lost at times
    r"(?P<it>[A-ZÀ-Ý][A-ZÀ-Ý'-]{3,}(?:[ .]+[A-ZÀ-Ý][\w'’-]+){0,6})[\s,.;(]*$"
)
OFFICES = re.compile(
    r"commissa|officier|chef|maire|adjudant|inspect|direct|gendarm|brigad|police|capitaine"
    r"|lieutenant|delegu|president|fokontany|commandant|secretaire|agent|responsable|certifi|sonia"
)


@dataclass(frozen=True)
class _Placed(Char):
    """A sign that knows its own line."""

    row: Line | None = None


def running(sheet: Sheet) -> Line:
    """All lines one after the other, as they are read; the line breaks are blanks."""
    if not sheet.lines:
        return Line(((0, 0),) * 4, ())
    rows = list(_in_order(sheet))
    return Line(rows[0].quad, tuple(_signs(rows)))


def _in_order(sheet: Sheet) -> Iterator[Line]:
    """From the top down, and what stands in one row from left to right."""
    start = sheet.lines[0].left
    places = {line: sheet.flow.apart(start, line.left) for line in sheet.lines}
    row: list[Line] = []
    for line in sorted(sheet.lines, key=lambda line: places[line][1]):
        if row and places[line][1] - places[row[0]][1] > LEVEL * min(line.height, row[0].height):
            yield from sorted(row, key=lambda each: places[each][0])
            row = []
        row.append(line)
    yield from sorted(row, key=lambda each: places[each][0])


def _signs(rows: list[Line]) -> Iterator[Char]:
    for row in rows:
        for char in row.chars:
            yield _Placed(char.text, char.score, char.at, char.rivals, row)
        yield _Placed("\n" if row is rows[-1] else " ", 1.0, 1.0, {}, row)


def piece(text: Line, start: int, end: int) -> Span:
    """A piece of the running text on its own line; over two lines it is shown on the first."""
    trimmed = Span(text, start, end).stripped()
    parts = [part for part in _parts(trimmed.chars) if part.end > part.start]
    return parts[0] if len(parts) == 1 else broken(parts) if parts else trimmed


def _parts(chars: Chars) -> Iterator[Span]:
    """On each of their own lines the signs of it."""
    placed = (char for char in chars if isinstance(char, _Placed) and char.row)
    for row, signs in groupby(placed, key=lambda char: char.row):
        first, *rest = signs
        at = next(place for place, char in enumerate(row.chars) if char.at == first.at)
        yield Span(row, at, min(at + 1 + len(rest), len(row.chars))).stripped()


def folded(text: str) -> str:
    """In small letters without accents, sign by sign."""
    plain = (unicodedata.normalize("NFKD", sign)[:1].lower() or sign for sign in text)
    return "".join(sign if len(sign) == 1 else " " for sign in plain)


def said(text: Line) -> dict[str, tuple[int, int]]:
    """From where to where in the text each field stands; nothing where nobody is introduced."""
    small = folded(text.text)
    found: dict[str, tuple[int, int]] = {}
    if born := _born(small):
        found |= born
    anchor = next((m.start() for m in (*BORN.finditer(small), *BORN_AT.finditer(small))), -1)
    merit, name = _person(text.text, small, born.get("birth_date", (-1, -1))[0])
    if merit < BORN_NEXT and (born or not name):
        name = _before(text.text, anchor) or name
    if name:
        found["name"] = name
    if living := LIVING.search(small):
        found["address"] = _until(text.text, small, living.end(), commas=True)
    if number := NUMBER.search(small):
        found["number"] = number.span()
    makes = (_until(text.text, small, match.end()) for match in MAKE.finditer(small))
    if make := next((each for each in makes if _is_capital(text.text[slice(*each)])), None):
        found["make"] = make
    if plate := _plate(text, small):
        found["plate"] = plate
    if issued := _issued(text, small, found.get("birth_date")):
        found["issue_date"] = issued
    return {name: (start, end) for name, (start, end) in found.items() if end - start > 1}


def _born(small: str) -> dict[str, tuple[int, int]]:
    for match in BORN.finditer(small):
        day = DAY.match(small, match.end())
        if not day:
            continue
        found = {"birth_date": day.span()}
        if place := PLACE.match(small, day.end()):
            end = re.compile(r"[,;.()\n]").search(small, place.end())
            stop = STOP.search(small, place.end())
            ends = [each.start() for each in (end, stop) if each]
            found["birth_place"] = (place.end(), min([*ends, place.end() + 40]))
        return found
    for match in BORN_AT.finditer(small):
        if day := DAY.match(small, match.end()):
            return {"birth_date": day.span(), "birth_place": match.span("it")}
    return {}


def _person(text: str, small: str, born: int) -> tuple[float, tuple[int, int] | None]:
    """The likeliest of those who are named: the one whose birth comes next."""
    best: tuple[float, tuple[int, int]] | None = None
    for match in PERSON.finditer(small):
        start, end = _until(text, small, match.end())
        words = re.findall(r"[^\W\d_]+", text[start:end])
        shown = [word for word in words if word[0].isupper()]
        if not shown or len(words) > 8 or len(shown) < len(words) - 1 or not words[0][0].isupper():
            continue
        if OFFICES.search(small, start, end):
            continue
        merit = 1.0 * (words[0].isupper() and len(words[0]) > 2) + 0.5 * (len(words) > 1)
        merit += BORN_NEXT if 0 <= born - end < 40 else 0.0
        if best is None or merit > best[0]:
            best = (merit, (start, end))
    return best if best and best[0] >= 1.0 else (0.0, None)


def _is_capital(said: str) -> bool:
    return bool(re.match(r"[A-ZÀ-Ý]{2}[^,;]{1,24}$|[A-Z][a-z]+(?:[ -][A-Z]\w*)?$", said.strip()))


def _plate(text: Line, small: str) -> tuple[int, int] | None:
    """What stands behind the word for it, or else the only one; 12 ter is a house."""
    found = [
        match.span()
        for match in PLATE.finditer(text.text)
        if values.plate(text.chars[match.start() : match.end()])
        and not re.search(r"\b(?:TER|BIS)$", match[0])
    ]
    behind = [each for each in found if "immat" in small[max(0, each[0] - 50) : each[0]]]
    return next(iter(behind or found), None)


def _before(text: str, anchor: int) -> tuple[int, int] | None:
    """The name in capitals right before the words of the birth."""
    match = NAMED.search(text[max(0, anchor - 80) : anchor])
    if not match or OFFICES.search(folded(match["it"])):
        return None
    start = max(0, anchor - 80)
    said = match["it"]
    # Of several names the last is whose birth follows: each begins with its capitals.
    families = list(
        re.finditer(r"(?<![\w'-])[A-ZÀ-Ý][A-ZÀ-Ý'-]{2,}(?![a-zà-ÿ])(?:\s+[A-ZÀ-Ý'-]{3,})*", said)
    )
    skipped = families[-1].start() if families and not said.isupper() else 0
    return start + match.start("it") + skipped, start + match.end("it")


def _until(text: str, small: str, start: int, *, commas: bool = False) -> tuple[int, int]:
    """To the next mark or the next word that goes on; an address may have commas of its own."""
    stop = STOP.search(small, start)
    limit = min(stop.start() if stop else len(text), start + 70)
    for mark in re.finditer(r"[,;:()\n]|\.\s", text[start:limit]):
        after = text[start + mark.end() : limit].strip()
        if commas and mark[0] == "," and after and (after[0].isupper() or after[0].isdigit()):
            continue
        return start, start + mark.start()
    return start, limit


def _issued(text: Line, small: str, born: tuple[int, int] | None) -> tuple[int, int] | None:
    """The last day a letter tells is its own, but for those on which something ends."""
    told: list[tuple[str, tuple[int, int]]] = []
    for match in DAY.finditer(small):
        before = small[max(0, match.start() - 60) : match.start()]
        is_cards = re.search(r"delivr\w*\W?\w?\W?\s*(?:a\s\w+\s*,?\s*)?le\s*$|\bdu\s*$", before)
        if is_cards and (NUMBER.search(before) or re.search(r"cin\b|identite", before)):
            continue
        if re.search(
            r"(?:jusqu\W?\s*au|expir\w*\W+(?:le)?|echeance\W*|hatramin\W?\s*ny)\s*$", before
        ):
            continue
        day = values.day(text.chars[match.start() : match.end()])
        if day and match.span() != born:
            told.append((day, match.span()))
    past = [each for each in told if each[0] <= days.today()]
    return max(past or told)[1] if told else None
