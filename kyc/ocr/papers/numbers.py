"""The number of an invoice: behind, beside or below the best of the words for it."""

import re

from kyc.ocr import values
from kyc.ocr.lines import Span, plain, whole
from kyc.ocr.papers import totals
from kyc.ocr.sheet import Sheet, Value

CODE = (
    r"(?P<it>(?:[A-Z]{1,6}[ -]?)?(?:[A-Z0-9][A-Z0-9/-]*)?\d[A-Z0-9/-]*(?:[.][A-Z0-9/-]+)*)(?![\w,])"
)
SIGN = (
    r"(?:[Nn][°º]\.?|N-(?=\s)|No\.?|NO\.?|Nr\.?|Num[ée]ro|Number|NUMBER|NUM[ÉE]RO|#|№|ID|Ref\.?"
    r"|8(?= \d{4}))"
)
# What says that it is the paper's own, then what only says that it is a number.
NUMBERED = (
    re.compile(
        r"(?:^|[^a-z])(?:facture(?:tte)?|invoice|inv|receipt|re[çcqg]u|rcpt|ticket|b[il1]{3}|quittance|proforma|memo"
        r"|faktiora|rechnung|rech|beleg-?|factura(?: simplificada)?|scontrino)"
        rf"[ .:]{{0,3}}(?-i:{SIGN})?[ .:#]{{0,3}}(?:- )?(?-i:{CODE})",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:^|[^a-z])(?:order|doc|document|trans|transaction|txn|check|chk|slip|docket|ref|r[ée]f"
        r"|commande|bon|bl|vente|sale|folio|note)"
        rf"[ .:]{{0,3}}(?-i:{SIGN})?[ .:#]{{0,3}}(?:- )?(?-i:{CODE})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:^\W*|\d\s+){SIGN}\s?[.:]?\s*(?=\S*\d\S*\d\S*\d){CODE}\s*$"),
)
HEADED = re.compile(rf"\W*(?:[^\W\d]{{2,12}}[ .:]{{0,3}})?{SIGN}[ .:#]*")
HANDED = re.compile(r"\W*re[çcqg]u[\s.:]*\d+$", re.I)  # money, not what was made out for it
HEADING = re.compile("(TAX|SALES)?(FACTURE|INVOICE|RECEIPT|RECU|TICKET|BILL|QUITTANCE|PROFORMA)")
GUESSED = 0.8  # likeness of a label under which what looks like a number is one more surely
# Labels that many numbers may stand behind.
STRONG = re.compile("FACT|INV|RECU|RECEIPT|TICKET|BILL|QUITTANCE|PROFORMA|MEMO|FAKTIORA")


def of(sheet: Sheet, labelled: Value | None) -> Span | None:
    """What the best of the words for numbers stands before, the nearest to the paper's head."""
    if labelled and labelled.label and labelled.label.likeness < GUESSED:
        labelled = None
    is_weak = labelled and labelled.label and not STRONG.search(plain(labelled.label.span.text))
    start = sheet.lines[0].left
    lines = sorted(sheet.lines, key=lambda line: sheet.flow.apart(start, line.left)[1])
    for rank, pattern in enumerate(NUMBERED):
        if labelled and (rank > 0 or not is_weak):
            return None
        for line in lines:
            match = pattern.search(line.text)
            if not match or totals.OTHERS.match(plain(line.text)):
                continue
            if HANDED.match(match[0]) and totals.is_handed(sheet, line):
                continue
            span = Span(line, *match.span("it")).stripped()
            if values.any_day(span.chars) is None and values.reference(span.chars):
                return span
    return None if labelled else _headed(sheet) or _beside_heading(sheet)


def _headed(sheet: Sheet) -> Span | None:
    """The code to the right of words that end as those for a number do, or right below them."""
    for line in sheet.lines:
        if not HEADED.fullmatch(line.text) or totals.OTHERS.match(plain(line.text)):
            continue
        near = [
            (sheet.flow.apart(line.left, span.left), span)
            for span in sheet.free
            if is_next(sheet, whole(line), span) and values.reference(span.chars)
        ]
        codes = [span for _, span in sorted(near, key=lambda each: sum(map(abs, each[0])))]
        if code := next((c for c in codes if not values.any_day(c.chars)), None):
            return code
    return None


def _beside_heading(sheet: Sheet) -> Span | None:
    """The code that stands in a row with what the paper calls itself."""
    for line in sheet.lines:
        if not HEADING.fullmatch(plain(line.text)):
            continue
        for span in sheet.free:
            along, across = sheet.flow.apart(line.right, span.left)
            is_beside = along > 0 and abs(across) < 0.6 * max(line.height, span.height)
            if is_beside and values.reference(span.chars) and not values.any_day(span.chars):
                return span
    return None


def is_next(sheet: Sheet, head: Span, span: Span) -> bool:
    """Whether a text stands right below a word, begun alike, or in a row with it."""
    high = max(head.height, span.height)
    left, down = sheet.flow.apart(head.left, span.left)
    behind, across = sheet.flow.apart(head.right, span.left)
    is_below = 0.5 < down / high < 2.5 and abs(left) < 1.5 * high
    return is_below or 0 < behind / high < 12 and abs(across) < 0.5 * high
