"""The insurance certificate: number of the contract, end, and company."""

import re
from dataclasses import replace

from kyc.ocr import values
from kyc.ocr.decide import Found
from kyc.ocr.labels import Label, Labels
from kyc.ocr.lines import Span, joined, plain, whole
from kyc.ocr.papers import headings, prose
from kyc.ocr.papers.insurance_labels import PRINTED
from kyc.ocr.sheet import FORM, INLINE, Sheet, Value

LABELS = Labels(PRINTED, tails={"policy_number": ("N°", "No")})
FORMS = {"plate": re.compile(r"(?<![A-Z0-9])\d{4}[ .-]?[ADFMTU][A-Z]{1,2}(?![A-Z0-9])")}
SIGNS = (
    "Carte d'assurance",
    "Attestation d'assurance",
    "Karatra fiantohana",
    "Certificat d'assurance",
)
REPAIRS: dict[str, values.Repair] = {
    "policy_number": values.policy,
    "expiry": values.any_day,
    "plate": values.plate,
    "_start": values.any_day,
    "_issue": values.any_day,
    "_certificate": values.policy,
    "company": values.title,
}
WORDS = ("ASSURANCE", "INSURANCE", "FIANTOHANA", "ASSUR", "MUTUELLE")


LIKE = 0.9  # likeness of an insurer's label
CLOSE = 1.5  # heights between the parts of one number
FARTHEST = 3  # years after a named end in which another day is misread
DAY = re.compile(
    rf"{prose.DAY.pattern}|(?<!\d)(?:19|20)\d\d[-/.]\d\d[-/.]\d\d(?!\d)"
    r"|(?<!\d)\d\d([-/.])\d\d\1\d\d(?!\d)"
)
NAME = re.compile(r"(?:[^\W\d]\S*\s*){2,7}")
NUMBER = re.compile(
    r"(?=(?:\D*\d){5})(?!\d{1,3}(?:[ .]\d{3})*[.,]\d\d$)"
    r"[A-Z]{0,6}[-/ ]?\d[A-Z\d/.-]*(?: [A-Z\d][\d./-]+)*"
)
TELEPHONE = re.compile(r"(?:\+?261 ?|0)[23]\d(?:[ .]?\d{2,3}){3}|0[23]\d{8}")


SENTENCES = {
    "policy_number": re.compile(
        r"(?:police|contrat|policy|certificat|fifanekena)\s*(?:d.assurance\s*)?(?:sous\s*le\s*)?"
        r"(?:n\W{1,3}|no\W{1,2}|numero\s*)?:?\s*(?P<it>[a-z]{0,6}[-/ ]?\d[\w/.-]*(?: \d[\d.]*)*)"
    ),
    "expiry": re.compile(
        rf"(?:du|from|le|des)\s*{prose.DAY.pattern}.{{0,14}}?\s(?:au?|to|jusqu\W?au|hatramin\W?\s*ny)"
        rf"\s*(?P<it>{prose.DAY.pattern})"
    ),
}


def others(sheet: Sheet, found: dict[str, Value]) -> dict[str, Value]:
    """The company at the head of the paper; the end of its period; the number left over."""
    more = {}
    if (name := _company(sheet, found.get("company"))) is not None:
        more["company"] = name
    said = _sentences(sheet)
    more |= {name: value for name, value in said.items() if name not in found}
    if (end := _end(sheet, (found | more).get("expiry"))) and end is not found.get("expiry"):
        more["expiry"] = end
    if "plate" not in found:
        fields = [value for name, value in (found | more).items() if not name.startswith("_")]
        if plate := sheet.by_form(FORMS["plate"], fields):
            more["plate"] = plate
    if "policy_number" in found:
        more["policy_number"] = _with_rest(sheet, found["policy_number"])
    if "policy_number" not in found | more and (number := _number(sheet, found)):
        more["policy_number"] = number
    return more


def _company(sheet: Sheet, named: Value | None) -> Value | None:
    """The named company; but of a word within a name the whole name, or that at the head."""
    label = named.label if named else None
    if named and (headings.TITLES.match(plain(named.span.line.text)) or _is_guessed(label)):
        named = label = None  # what the paper is called, or somebody else
    if named and label and (named.way != INLINE or ":" in label.span.line.text):
        return named
    for word in sheet.labels:
        line = word.span.line
        if word.name == "company" and word.span.start == 0 and NAME.fullmatch(line.text):
            return Value(whole(line).stripped(), FORM)
    span = headings.of(sheet, words=WORDS)
    return Value(span, FORM) if span else named


def _is_guessed(label: Label | None) -> bool:
    """Whether it is only like one of an insurer: those insured are called much the same."""
    return label is not None and label.likeness < LIKE


def _end(sheet: Sheet, named: Value | None) -> Value | None:
    """The named end; the latest day of the paper where that is no end but a beginning."""
    days = _days(sheet)
    latest = max(days, key=days.__getitem__, default=None)
    if latest and not named and len(days) == 1 and _is_nobodys(sheet, latest):
        return Value(latest, FORM)
    if latest is None or len(set(days.values())) < 2:
        return named
    said = values.any_day(named.span.chars) if named else None
    if said and (said > min(days.values()) or days[latest][:4] > f"{int(said[:4]) + FARTHEST}"):
        return named
    return Value(latest, FORM)


def _is_nobodys(sheet: Sheet, day: Span) -> bool:
    """Whether it is no beginning nor an issue, where something is called an end."""
    others = (label for label in sheet.labels if label.name in ("_start", "_issue"))
    is_others = any(each.span.line is day.line or each not in sheet.inline for each in others)
    return "expiry" in sheet.named and not is_others


def _days(sheet: Sheet) -> dict[Span, str]:
    """Every day the paper tells of, several on a line too."""
    found = {}
    for line in sheet.lines:
        for match in DAY.finditer(prose.folded(line.text)):
            span = Span(line, *match.span())
            if day := values.any_day(span.chars):
                found[span] = day
    return found


def _number(sheet: Sheet, found: dict[str, Value]) -> Value | None:
    """Of a paper whose label for it was not read: the only number of its form; or its own."""
    taken = {value.span.line for value in found.values()}
    free = [
        span
        for span in sheet.free
        if span.line not in taken and NUMBER.fullmatch(span.text) and values.policy(span.chars)
    ]
    alone = [span for span in free if not TELEPHONE.fullmatch(span.text)]
    return Value(alone[0], FORM) if len(alone) == 1 else found.get("_certificate")


def _with_rest(sheet: Sheet, number: Value) -> Value:
    """With the figures that stand in a box of their own close behind it."""
    parts = [number.span]
    for span in sorted(sheet.free, key=lambda span: sheet.flow.apart(parts[0].left, span.left)[0]):
        along, across = sheet.flow.apart(parts[-1].right, span.left)
        is_close = -0.3 < along / span.height < CLOSE and abs(across) < 0.4 * span.height
        if is_close and span.text.isdigit() and span.line is not parts[-1].line:
            parts.append(span)
    if len(parts) == 1:
        return number
    return replace(number, span=whole(joined(parts)))


def derive(found: dict[str, Found], sheet: Sheet) -> None:
    """The company as it is spelt elsewhere on the paper."""
    if company := found.get("company"):
        found["company"] = replace(company, value=headings.spelt(sheet, company.value))


def doubts(sheet: Sheet, found: dict[str, Found]) -> set[str]:
    """An end after which the paper tells of another day; a number that nothing names."""
    end, number = found.get("expiry"), found.get("policy_number")
    unsure = set()
    if end and any(day > end.value for day in _days(sheet).values()):
        unsure.add("expiry")
    if number and number.place.way == FORM and number.place.label is None and _is_free(number):
        unsure.add("policy_number")
    return unsure


def _is_free(number: Found) -> bool:
    """Whether nothing but the number stands on its line."""
    return len(number.place.span.text) >= len(number.place.span.line.text.strip())


def _sentences(sheet: Sheet) -> dict[str, Value]:
    """What a letter says: under which number, and from when until when."""
    text = prose.running(sheet)
    small = prose.folded(text.text)
    said = {name: pattern.search(small) for name, pattern in SENTENCES.items()}
    spans = {name: prose.piece(text, *match.span("it")) for name, match in said.items() if match}
    if (number := spans.get("policy_number")) and values.policy(number.pieces[0].chars):
        spans["policy_number"] = number.pieces[0]  # what begins the next line is another number
    return {name: Value(span, FORM) for name, span in spans.items()}
