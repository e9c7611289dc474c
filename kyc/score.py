"""How sure machines are of somebody's identity: named signals, each with its weight. No ORM.

A score is only ever a reason to spare somebody a queue. What is not known counts for nothing, so an
outage makes people decide; and one bad signal, whatever the points, makes people decide as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Signal(Enum):
    """How one thing that was looked at turned out."""

    GOOD = "good"
    PARTLY = "partly"  # half of its points
    UNKNOWN = "unknown"  # no points, and nothing against anybody
    BAD = "bad"  # no points, and people must decide


@dataclass(frozen=True, slots=True)
class Weight:
    """What a signal is worth, and how it is told to the person it is about."""

    points: int
    label: Any


WEIGHTS = {
    "registry": Weight(30, _("Le registre national confirme votre pièce")),
    "document": Weight(20, _("Votre pièce paraît authentique")),
    "face": Weight(15, _("Votre selfie ressemble à la photo de la pièce")),
    "reading": Weight(15, _("Vos réponses sont celles qu'on lit sur la pièce")),
    "unique": Weight(10, _("Personne d'autre ne s'est inscrit avec ce numéro")),
    "lists": Weight(5, _("Votre nom n'est sur aucune liste de sanctions")),
    "phone": Weight(5, _("Votre téléphone est confirmé")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One signal as it counted."""

    name: str
    label: str
    signal: Signal
    points: int
    out_of: int


@dataclass(frozen=True, slots=True)
class Score:
    """Points from 0 to 100, and the lines they are the sum of, the heaviest first."""

    points: int
    lines: tuple[Line, ...]

    @property
    def bad(self) -> tuple[str, ...]:
        """The names of the signals for which people must decide."""
        return tuple(line.name for line in self.lines if line.signal is Signal.BAD)

    def suffices(self, threshold: int) -> bool:
        """Whether nothing speaks against it and enough speaks for it."""
        return not self.bad and self.points >= threshold


def of(signals: Mapping[str, Signal]) -> Score:
    """Weigh the signals; those not given are unknown. Raises KeyError for one nobody has named."""
    for name in signals:
        WEIGHTS[name]
    lines = tuple(
        Line(name, str(weight.label), signal, _points(signal, weight.points), weight.points)
        for name, weight in WEIGHTS.items()
        for signal in [signals.get(name, Signal.UNKNOWN)]
    )
    return Score(sum(line.points for line in lines), lines)


def _points(signal: Signal, out_of: int) -> int:
    """Whole points; a half is rounded against the machine."""
    return {Signal.GOOD: out_of, Signal.PARTLY: out_of // 2}.get(signal, 0)
