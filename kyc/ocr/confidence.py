"""How likely a value is exactly right: what calibration made of the evidence for it."""

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kyc.ocr.decide import EVIDENCE

SURE = 0.96  # probability from which a field may be shown as read without doubt
SUREST = 0.98  # the same of what a person or a vehicle is known by
FEW = 3  # fields of which a majority says something
WEIGHTS = Path(__file__).with_name("confidence.json")
EVERYTHING = "*"
# Fields whose values are alike in form err alike.
GROUPS = {
    "number": ("number",),
    "chassis": ("chassis_number",),
    "plate": ("plate",),
    "date": ("birth_date", "issue_date", "first_registration", "expiry", "date"),
    "name": ("surname", "given_names", "holder", "father", "mother", "birth_place", "issue_place"),
    "text": ("address", "occupation", "company", "seller"),
    "word": ("make", "model", "colour", "energy"),
    "quantity": ("seats", "fiscal_power", "displacement", "curb_weight", "payload"),
    "code": ("policy_number",),
    "sum": ("total",),
}
_GROUP = {name: group for group, names in GROUPS.items() for name in names}


def group_of(kind: str, name: str) -> str:
    """The group of fields this one is calibrated with."""
    return "code" if (kind, name) == ("invoice", "number") else _GROUP.get(name, EVERYTHING)


def is_sure(kind: str, name: str, evidence: Sequence[float], chance: float) -> bool:
    """Whether a value may be shown as read without doubt: both readers say so, and alike."""
    told = dict(zip(EVIDENCE, evidence, strict=True))
    if told["differs"] or told["alike"] or told["blanks"]:
        return False
    known_by = group_of(kind, name) in ("number", "chassis", "plate")
    return chance >= (SUREST if known_by else SURE) and (not known_by or bool(told["same"]))


def is_backed(evidence: Sequence[float]) -> bool:
    """Whether the second reader says exactly the same."""
    return bool(evidence[EVIDENCE.index("same")])


def quarrel(evidence: Sequence[Sequence[float]]) -> bool:
    """Whether the two readers say different things of most fields of a paper."""
    differs = EVIDENCE.index("differs")
    return len(evidence) >= FEW and sum(each[differs] for each in evidence) > len(evidence) / 2


@cache
def _weights() -> dict[str, list[float]]:
    return json.loads(WEIGHTS.read_text(encoding="utf-8"))


def probability(kind: str, name: str, evidence: Sequence[float]) -> float:
    """From 0 to 1, by the weights of this field's group, or of all fields."""
    weights = _weights().get(group_of(kind, name)) or _weights()[EVERYTHING]
    total = weights[0] + sum(w * e for w, e in zip(weights[1:], evidence, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
