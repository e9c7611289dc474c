"""The sum to pay: what stands beside the best of the words for it, and is borne out by others."""

import re
from collections.abc import Iterator
from decimal import Decimal

from kyc.ocr import values
from kyc.ocr.lines import Line, Span, joined, plain, whole
from kyc.ocr.sheet import BELOW, FORM, INLINE, RIGHT, Sheet, Value

# How well a text names the sum to pay, the best first; and texts that look so and do not.
TOTALS = (
    (
        9,
        r"NETA?PAYE?R|NETTOPAY|(?:MONTANT|TOTAL|SOMME|RESTE|AMOUNT|NET|SOLDE)(?:A|TO)PA[YV]"
        r"|NETAPAVER|TOPAY$|(?:AMOUNT|BALANCE|TOTAL|SOMME|MONTANT|NET|RESTE|SOLDE)DUE?(?!DE|REM)"
        r"|AREGLER|PLEASEPAY|YOUPAY|^APAYER|APAGAR|ZUZAHLEN",
    ),
    (
        8,
        r"(?:TOTAL|MONTANT|NET|PRIX)(?:NET)?TTC|TTC$|(?:GRAND|NETT?|ROUNDE?D)TOTAL|TOTALGENERAL"
        r"|TOTALNET|TOTALROUND|INVOICEAMOUNT|VOLAALOA|FITAMBARANYALOA|TOTAL(?:AMT|AMOUNT)?PAYABLE"
        r"|TOTAL(?:AMOUNT|SALES|RM|AMT)*INC(?:L|GST|SST|TAX)|TOTAL(?:AMT|SALES)?AFTER",
    ),
    (
        7,
        r"TOTAL(?:AMOUNT|SALES?|FACTURE|MGA|EUR|RM|USD|AMT|PRICE|GBP|INR|ARIARY|CHF|IDR|BELANJA)"
        r"|TOTALAR$|TOTALDELAFACTURE|INVOICETOTAL|MONTANTTOTAL|PRIXTOTAL"
        r"|NETT?AMOUNT|AMOUNTPAYABLE"
        r"|SOMMETOTALE|VOLATOTAL|MONTANTREGLE|GESAMT(?:BETRAG|SUMME)|IMPORTETOTAL|JUMLAHTOTAL",
    ),
    # Before a tax the net comes first, after a discount last: of the two the lower one counts.
    (
        6,
        r"^NET(?:AR|EUR|RM|AMT)?$|^TOTAL$|^TOTAUX$|^TOTALS$|^TOTALE$|^FITAMBARANY$|^TOTALR[PS]$|^T0TAL$"
        r"|^T?OTAL$|^TOTAA?L",
    ),
    (4, r"TOTAL|FITAMBARA|^SUMME|^JUMLAH|^GESAMT|^IMPORTE"),
    (2, r"^MONTANT(?:AR|ARIARY|MGA|EUR)?$|^SOMMES?$|^AMOUNT(?:RM|USD|EUR)?$|^VIDINY$|^ZBRUTTO$"),
)
NOT_TOTALS = re.compile(
    r"SUBTOTAL|SUBTTL|SOUSTOTAL|SUBTTAL|TOTALHT|TOTALH$|HORSTAXE|EXCL|BEFORETAX|TOTALPAID|SUMMARY"
    r"|TOTAL(?:DES)?(?:TVA|TAX|GST|VAT|QTY|QUANT|ITEM|DISC|REMISE|SAV|POINT|TENDER|SST|DUS|ARTICLE)"
    r"|TOTAL(?:LIGNE|PIECE|BRUT|UNIT|WEIGHT|POIDS|NBRE|NOMBRE|CHANGE|INCLUDES|SUPPL|DIRE|PCS|QUA)"
    r"|ITEMCOUNT|(?:GST|TAX|VAT|TVA)TOTAL|SAVED|TOTALHORS|TTCPAR|DUEDATE|DUEBY|DUEON|AVANT|BEFORE"
)
MISREAD = re.compile(r"(?<=[^\W\d])[0158](?=[^\W\d])|(?<![\d.,])[0158](?=[^\W\d_]{3})")
TOTAL = re.compile(r"[TIFL][OQD][TIFL]A[LITE]")
# Where the taxes are listed once more, what is called a total is theirs.
SUMMARY = re.compile(
    r"(?:GST|TAX|VAT|SST|TVA)(?:SUMMARY|ANALYSIS|CODE|BREAKDOWN|RATE)|TAUXTVA|DETAILTVA|VENTILATIONTVA"
)
NAMED = 6  # rank of words that say nothing else
PARTIAL = re.compile("SOUSTOTAL|SUBTOTAL|TOTALHT|HORSTAXE")
CLOSE = 1.2  # heights of a line between the parts of one number
THINGS = re.compile(r"\s?(?:items?|articles?|pcs?|pi[èe]ces?|nuits?|qty|lignes?)\b", re.I)
COUNT = 2  # figures that may be how many things were bought
WORDY = 10  # letters beside a sum that stands for itself: a currency
BORNE_OUT = 5  # what it is worth that the money handed over, less the change, comes to that
LISTED = 3  # what it costs to stand in a row of several sums of which it is not the greatest
# Money that changes hands rather than what is owed.
HANDED = re.compile(
    r"CASH|CHANGE|TENDER|RENDU|ESPECE|RECU|VERSE|CREDIT|PAID|MONNAIE|ACOMPTE|REMIS|TUNAI|KEMBALI"
)
GIVEN = re.compile(
    r"^(?:CASH|ESPECE|PAID|PAYE|RECU|VERSE|REMIS|TENDER|TUNAI|UANGTUNAI|AMOUNTTENDER|DONNE|REGLE"
    r"|MONTANTRECU|MONTANTVERSE|PAYMENT|PAIEMENT|VISA|CARD|CARTE|CB$|MASTER|DEBIT|BAR$|GEGBAR|TARJETA)"
)
ADVANCE = re.compile(r"^(?:ACOMPTE|AVANCE|ARRHES|AMOUNTPAID|DEPOSIT|DEJA|ADVANCE|LESS)")
BACK = re.compile(
    r"^(?:TOTAL)?(?:CHANGE|RENDU|MONNAIE|ARENDRE|KEMBALI|RUECKGELD|BALANCE$|RM?CHANGE)"
)
CENTS_OR_THOUSANDS = re.compile(r"\d[.,]\s?\d{2}\b|\d[ .,'’]\d{3}\b")
# Figures of a day are no sum.
DAY = re.compile(
    r"\d{1,2}(?:er)?[\s./-]{0,2}(?:[^\W\d_]{3,10}|[\s./-]\d{1,2})[\s./,-]{1,3}(?:19|20)\d\d(?!\d)"
    r"|[^\W\d_]{3,10}\s?\d{1,2}(?:st|nd|rd|th)?,\s?(?:19|20)\d\d(?!\d)"
)
YEAR = re.compile(r"(?:19|20)\d\d")
PLAIN = r"\d{4,7}"  # figures without a mark that may be a sum: longer ones number things
# Numbers of something else: of whoever sells, pays or is called.
OTHERS = re.compile(
    "NIF|STAT(?!ION)|RCS|TEL|FAX|GST|VAT|TVA|CIF|LOT|CIN|MOBILE|PHONE|REG(?!U)|CO|BP|CLIENT|CUSTOMER|TABLE|CARD"
    "|CARTE|SIRET|ACCOUNT|COMPTE|TERMINAL|CASH|CAISS|UID|STORE|SHOP|MEMBER|MERCHANT|POINT|AUTH"
)


def of(sheet: Sheet) -> Value | None:
    """The sum that the best of the words for a total stands beside; of several the last."""
    due = set(owed(sheet))
    summary = min((_depth(sheet, line) for line in sheet.lines if _is_summary(line)), default=1e9)
    best: tuple[tuple[float, float], Value] | None = None
    for line in sheet.lines:
        rank = _rank(line)
        value = _sum_beside(sheet, line) if rank else None
        if value is None:
            continue
        said, depth = Decimal(values.amount(value.span.chars) or 0), _depth(sheet, line)
        rank += BORNE_OUT * (said in due)
        rank -= LISTED * (said < max(_row(sheet, line), default=said))
        if depth > summary and rank <= 8:
            rank = 0
        if best is None or (rank, depth) > best[0]:
            best = ((rank, depth), value)
    if best and best[0][0] > 0:
        return best[1]
    return _printed(sheet, due) or _greatest(sheet) or (best[1] if best else None)


def is_named(sheet: Sheet) -> bool:
    """Whether words for nothing but a total stand beside a sum."""
    return any(_rank(line) >= NAMED and _sum_beside(sheet, line) for line in sheet.lines)


def is_handed(sheet: Sheet, line: Line) -> bool:
    """Whether what was handed over stands here: below the total, with change, and nowhere else."""
    others = [plain(each.text) for each in sheet.lines if each is not line]
    is_below = any(
        _rank(each) >= NAMED and _depth(sheet, each) < _depth(sheet, line) for each in sheet.lines
    )
    return is_below and any(map(BACK.match, others)) and not any(map(GIVEN.match, others))


def is_part_paid(sheet: Sheet, total: Decimal) -> bool:
    """Whether something was paid before, and what is left of the total or the whole is printed."""
    given = [sum_ for line in sheet.lines if (sum_ := _handed(sheet, line, GIVEN))]
    left = {total - one for one in given if 0 < one < total} - set(given)
    before = [sum_ for line in sheet.lines if (sum_ := _handed(sheet, line, ADVANCE))]
    wholes = {total + one for one in (*given, *before)} | {total - one for one in before}
    return any(said in left | wholes for line in sheet.lines for said in _row(sheet, line))


def is_too_small(sheet: Sheet, total: Decimal) -> bool:
    """Whether what it is the total of comes to more: its first figures got lost."""
    before = (line for line in sheet.lines if PARTIAL.search(plain(line.text)))
    found = (_sum_beside(sheet, line) for line in before)
    return any(Decimal(values.amount(each.span.chars) or 0) > total for each in found if each)


def _depth(sheet: Sheet, line: Line) -> float:
    return sheet.flow.apart(sheet.lines[0].left, line.left)[1]


def _is_summary(line: Line) -> bool:
    return bool(SUMMARY.search(plain(line.text)))


def owed(sheet: Sheet) -> Iterator[Decimal]:
    """What was given less what was given back; without change what was given."""
    given = [sum_ for line in sheet.lines if (sum_ := _handed(sheet, line, GIVEN))]
    back = [sum_ for line in sheet.lines if (sum_ := _handed(sheet, line, BACK)) is not None]
    for one in given:
        yield from (one - other for other in back or [Decimal(0)] if other < one)


def _handed(sheet: Sheet, line: Line, words: re.Pattern) -> Decimal | None:
    """The sum beside these words, nought too."""
    if not words.search(plain(re.sub(r"[\d.,]+", "", line.text))):
        return None
    sums = [*_row(sheet, line)]
    return sums[-1] if sums else None


def _row(sheet: Sheet, line: Line) -> list[Decimal]:
    """The sums, with cents or thousands, on a line and to its right, from left to right."""
    found: list[tuple[float, Decimal]] = []
    for other in sheet.lines:
        along, across = sheet.flow.apart(line.right, other.left)
        level = max(line.height, other.height)
        if other is not line and not (along > -level and abs(across) < 0.6 * level):
            continue
        for match in values.sums(other.text):
            said = values.amount(other.chars[match.start() : match.end()])
            is_share = other.text[match.end() :].lstrip().startswith("%")
            is_sum = CENTS_OR_THOUSANDS.search(match[0]) or re.fullmatch(PLAIN, match[0])
            if said and is_sum and not is_share:
                found.append((-1e9 + match.start() if other is line else along, Decimal(said)))
    return [said for _, said in sorted(found, key=_first)]


def _printed(sheet: Sheet, due: set[Decimal]) -> Value | None:
    """Where no word for a total was read, what was owed, if it is printed as such."""
    for line in sheet.lines:
        said = plain(line.text)
        if HANDED.search(said) or GIVEN.search(said) or OTHERS.match(said):
            continue
        span = _last_sum(line)
        if span and Decimal(values.amount(span.chars) or 0) in due:
            return Value(span, FORM)
    return None


def _greatest(sheet: Sheet) -> Value | None:
    """Where no word for a total was read, the greatest sum that nobody hands over."""
    best: tuple[tuple[bool, Decimal], Span] | None = None
    for line in sheet.lines:
        said = plain(line.text)
        if HANDED.search(said) or OTHERS.match(said) or values.any_day(line.chars):
            continue
        span = _last_sum(line)
        value = values.amount(span.chars) if span else None
        if not span or not value:
            continue
        is_marked = bool(CENTS_OR_THOUSANDS.search(span.text))
        if not is_marked and not (_is_alone(line, span) and re.fullmatch(PLAIN, span.text)):
            continue
        if best is None or (is_marked, Decimal(value)) > best[0]:
            best = ((is_marked, Decimal(value)), span)
    return Value(best[1], FORM) if best else None


def _rank(line: Line) -> float:
    words = re.sub(r"\(\s*\d[^)]*\)", "", line.text)  # as in (4 articles)
    words = MISREAD.sub(lambda sign: sign[0].translate(values.TO_LETTER), words)
    words = TOTAL.sub("TOTAL", plain(re.sub(r"[\d.,]+", "", words)))
    if NOT_TOTALS.search(words):
        return 0
    return next((rank for rank, pattern in TOTALS if re.search(pattern, words)), 0)


def _sum_beside(sheet: Sheet, line: Line) -> Value | None:
    """The last sum on the line itself, or on one to its right, or else just below."""
    own = _last_sum(line)
    if own and (CENTS_OR_THOUSANDS.search(own.text) or len(own.text) > COUNT):
        return Value(own, INLINE)
    beside, below = [], []
    for other in sheet.lines:
        if other is line or not (span := _last_sum(other)) or not _is_alone(other, span):
            continue
        along, across = sheet.flow.apart(line.right, other.left)
        level = max(line.height, other.height)
        if along > -level and abs(across) < 0.6 * level:
            beside.append((along, span))
        elif 0.5 * level < across < 2.4 * level and along > -line.length - level:
            below.append((across, span))
    if beside:
        return Value(_whole_sum(sheet, [span for _, span in sorted(beside, key=_first)]), RIGHT)
    if own:
        return Value(own, INLINE)
    return Value(min(below, key=lambda each: each[0])[1], BELOW) if below else None


def _is_alone(line: Line, span: Span) -> bool:
    """Whether hardly more than a currency stands beside a sum."""
    return sum(sign.isalpha() for sign in line.text) <= WORDY and len(span.text) * 4 > len(
        line.text
    )


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


def _whole_sum(sheet: Sheet, row: list[Span]) -> Span:
    """The last sum of a row, with the thousands that stand in a box of their own before it."""
    parts = [row[-1]]
    for span in reversed(row[:-1]):
        gap, _ = sheet.flow.apart(span.right, parts[0].left)
        is_tail = re.fullmatch(r"\d{3}(?:[.,]\d{2})?", parts[0].text)
        if not is_tail or gap > CLOSE * span.height or not re.search(r"\d$", span.text):
            break
        parts.insert(0, span)
    return whole(joined(parts)) if len(parts) > 1 else parts[0]


def _last_sum(line: Line) -> Span | None:
    day = DAY.search(line.text)
    matches = [
        m
        for m in values.sums(line.text)
        if not (day and day.start() <= m.start() and m.end() <= day.end())
        and not line.text[m.end() :].lstrip().startswith("%")
        and re.search("[1-9]", m[0])
        and not _is_within_word(line.text, m)
        and not re.search(r"\(\s*$", line.text[: m.start()])
        and not THINGS.match(line.text, m.end())
    ]
    return Span(line, matches[-1].start(), matches[-1].end()) if matches else None


def _is_within_word(text: str, match: re.Match) -> bool:
    """Whether figures are misread letters, or those of a name: AR1ARY, A5."""
    is_long = len(match[0]) > 2
    return (
        not is_long
        and text[: match.start()][-1:].isalpha()
        and len(text) > match.end()
        and (text[match.end()].isalpha())
    )
