"""Days as papers tell them: in figures or words, in three languages, the year first or last."""

import re
from datetime import UTC, date, datetime
from difflib import get_close_matches

from kyc import months
from kyc.ocr.lines import plain

TO_FIGURE = str.maketrans("OQDUoILl|!ZSGbB", "000001111125668")
TO_LETTER = str.maketrans("01582", "OISBZ")
ENGLISH = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER"
OTHERS = "ZANOARY FEBROARI MARSA AVRILY MAY ZONA ZOLAY AOGOSTRA SEPTAMBRA OKTOBRA NOVAMBRA DESAMBRA"
MONTHS = {
    word: number + 1 for names in (OTHERS, ENGLISH) for number, word in enumerate(names.split())
} | months.MONTHS
SHORT_MONTHS = {
    word: number + 1
    for names in (
        "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC",
        "JANV FEV MARS AVR MAI JUIN JUIL AOU SEPT OKT NOVE DECE",
        "JANO FEVR MART AVRI MEY JON JOL AOUT SEPTE OCTO NOVA DES",
    )
    for number, word in enumerate(names.split())
}
TWO_MONTHS = {"JUI", "JU"}  # may be either
KNOWN_MONTHS = MONTHS | SHORT_MONTHS
NUMERIC = re.compile(
    r"(?<![0-9])(?:(?<![^\W_])|(?=[0-9]))([0-9OIlSBZ|]{1,2})\s?[/.\-–,| ·]{1,3}\s?"
    r"([0-9OIlSBZ|]{1,2})\s?[/.\-–,| ·]{1,3}\s?"
    r"([0-9OIlSBZ]{4}|[0-9]{2})(?![0-9])"
)
# A day to which the time sticks.
WITH_TIME = re.compile(
    r"[/.\- ](?:[0-9]{1,2}|[^\W\d_]{3,9})[/.\- ]+(?:20[0-9]{2}|[0-9]{2})"
    r"(?=[0-2]?[0-9][:hH][0-5][0-9])"
)
SHORT_MONTH_FIRST = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,9})[\s.]*([0-9]{1,2})(?:st|nd|rd|th)?[\s.,]+['’]?([0-9]{2})(?![0-9:])"
)
YEAR_AND_WORD = re.compile(
    r"((?:19|20)[0-9]{2})[\s/.\-]+([^\W\d_]{3,10})[\s/.\-]+([0-9]{1,2})(?![0-9])"
)
COMPACT = re.compile(r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
YEAR_FIRST = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})\s?[/.\-]\s?([0-9]{1,2})\s?[/.\-]\s?([0-9]{1,2})(?![0-9])"
)
IN_WORDS = re.compile(
    r"(?<![0-9])([0-9OIlSBZ]{1,2})(?:\s?(?:er|ER|st|nd|rd|th))?[\s.,\-/·]*"
    r"((?:[^\W\d_]|[0458](?=[a-z]{2}))(?:[^\W\d_]|[0-9](?![0-9]{3})){2,10})[\s.,\-/'·]*"
    r"([0-9OIlSBZ]{4}|[0-9]{2})(?![0-9])"
)
MONTH_FIRST = re.compile(
    r"(?<![0-9])(?<![0-9][\s./-])(?<![^\W\d_])([^\W\d_]{3,10})[\s.]*"
    r"([0-9]{1,2})(?:st|nd|rd|th)?[\s.,]+((?:19|20)[0-9]{2})"
)
SOLID = re.compile(r"(?<!\d)(\d{2})[/.\- ]?(\d{2})[/.\- ]?((?:19|20)\d{2})(?!\d)")
# One of two strokes was read as a figure.
STROKE = re.compile(r"(?<!\d)(\d{2})(?:1(?=\d\d/)|/(?=\d\d1))(\d{2})[1/]((?:19|20)\d{2})(?!\d)")


def today() -> str:
    """This day as ISO, by which no paper is issued and nobody is born later."""
    return datetime.now(UTC).date().isoformat()


def read(text: str, *, short_years: bool) -> str | None:
    """The first day a text tells, as ISO; `short_years` as shops print it, with two figures."""
    text = WITH_TIME.sub(r"\g<0> ", text) if short_years else text
    text = re.sub(r"\.{2,}|…|·{2,}", ".", re.sub("[~–—=]", "-", text))
    if len(re.findall(r"(?<=[\dOIl. ])[/-](?=[\dOIl. ])", text)) == 2:
        # Dots beside strokes are what the date was typed on.
        text = re.sub(r"\s*([/-])\s*", r"\1", re.sub(r"[.·]+", "", text))
    if match := YEAR_FIRST.search(text):
        return _date(match[3], match[2], match[1])
    for pattern in (IN_WORDS, NUMERIC, SOLID, STROKE):
        for match in pattern.finditer(text):
            is_short = len(match[3]) == 2
            if is_short and (not short_years or (pattern is NUMERIC and not _is_marked(match))):
                continue
            if found := _date(match[1], match[2], match[3]):
                return found
            if (
                short_years
                and pattern is NUMERIC
                and (found := _date(match[2], match[1], match[3]))
            ):
                return found
    if match := MONTH_FIRST.search(text):
        return _date(match[2], match[1], match[3])
    if not short_years:
        return None
    if match := YEAR_AND_WORD.search(text) or COMPACT.search(text):
        return _date(match[3], match[2], match[1])
    match = SHORT_MONTH_FIRST.search(text)
    if match and plain(match[1]) in KNOWN_MONTHS:
        return _date(match[2], match[1], match[3])
    return None


def _is_marked(match: re.Match) -> bool:
    """Whether like marks part the figures of a date: blanks alone part those of a telephone."""
    text = match.string
    marks = [text[match.end(n) : match.start(n + 1)].strip() for n in (1, 2)]
    is_alone = match[0].strip() == text.strip()
    return is_alone or (all(marks) and (marks[0] == marks[1] or "/" in marks[0] + marks[1]))


def _date(first: str, month: str, year: str) -> str | None:
    first, year = figures(first), figures(year)
    number_of_month = _month(month)
    if not (first and year and number_of_month):
        return None
    if len(year) == 2:
        year = f"20{year}"
    try:
        found = date(int(year), number_of_month, int(first))
    except ValueError:
        return None
    return found.isoformat() if 1900 <= found.year <= 2099 else None


def figures(text: str) -> str:
    """The figures a text was meant for; nothing where it is none."""
    repaired = text.strip("'\"_:;*").upper().translate(TO_FIGURE)
    return repaired if repaired.isdecimal() and repaired.isascii() else ""


def _month(text: str) -> int | None:
    letters = plain(text)
    if len(letters) >= 3 and sum(sign.isalpha() for sign in letters) >= 2:
        strokes = letters.replace("1", "L").translate(TO_LETTER)  # a stroke is an I or an L
        letters = letters.translate(TO_LETTER)
        if letters in SHORT_MONTHS or strokes in SHORT_MONTHS:
            return SHORT_MONTHS.get(letters) or SHORT_MONTHS[strokes]
        if letters in TWO_MONTHS:
            return None
        close = get_close_matches(letters, MONTHS, n=1, cutoff=0.72)
        return MONTHS[close[0]] if close else None
    said = figures(text)
    return int(said) if said and len(said) <= 2 else None
