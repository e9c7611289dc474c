"""What kind of paper this is, by its labels and by the words only such a paper bears."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import ModuleType

from kyc.ocr.lines import Line, plain
from kyc.ocr.papers import attestation, carte_grise, cin, insurance, invoice
from kyc.ocr.sheet import Sheet

KINDS: dict[str, ModuleType] = {
    "cin": cin,
    "carte_grise": carte_grise,
    "insurance": insurance,
    "invoice": invoice,
    "attestation": attestation,
}
KNOWN = 2.5  # merit under which a paper is of no kind we know
HEADING = 3.0  # what a word is worth that only this paper bears
SEEN = 0.75  # likeness under which a label was guessed from what kind this is taken for
ALIKE = 0.82


@dataclass(frozen=True)
class Kind:
    """A kind with the sheet read as such, and its merit."""

    name: str
    sheet: Sheet
    merit: float


def ranked(lines: Sequence[Line], names: Sequence[str]) -> list[Kind]:
    """These kinds, the likeliest first."""
    found = []
    for name in names:
        sheet = Sheet(lines, KINDS[name].LABELS)
        found.append(Kind(name, sheet, _merit(sheet, KINDS[name])))
    return sorted(found, key=lambda kind: -kind.merit)


def confidence(kinds: Sequence[Kind]) -> float:
    """How surely the first of these is the paper's kind, 0 to 1."""
    if not kinds or kinds[0].merit < KNOWN:
        return 0.0
    rival = kinds[1].merit if len(kinds) > 1 else 0.0
    lead = (kinds[0].merit - rival) / max(kinds[0].merit, 1.0)
    return round(min(0.99, 0.5 + lead), 2)


def _merit(sheet: Sheet, kind: ModuleType) -> float:
    """A point a label, more for words that only this kind of paper bears."""
    names = {
        label.name
        for label in sheet.labels
        if label.name not in ("_heading", "_other", "_table") and label.likeness >= SEEN
    }
    sure = {label.name for label in sheet.labels if label.likeness > 0.9 and label.name in names}
    signs = sum(HEADING * _bears(sheet, sign) for sign in kind.SIGNS[:3])
    signs += sum(0.5 * _bears(sheet, sign) for sign in kind.SIGNS[3:])
    told = kind.merit(sheet) if hasattr(kind, "merit") else 0.0
    return 0.5 * len(names) + 0.5 * len(sure) + min(signs, 2 * HEADING) + told


def _bears(sheet: Sheet, sign: str) -> bool:
    wanted = plain(sign)
    return any(_holds(plain(line.text), wanted) for line in sheet.lines)


def _holds(said: str, wanted: str) -> bool:
    if wanted in said:
        return len(wanted) > 8 or said.startswith(wanted)
    if abs(len(said) - len(wanted)) > 4 or len(wanted) < 8:
        return False
    return SequenceMatcher(None, said, wanted, autojunk=False).ratio() > ALIKE
