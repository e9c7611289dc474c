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
    """What a signal is worth, how it is told to the person it is about, and named to the staff.

    How one that `is_discreet` turned out is not told: it would say something of other people.
    """

    points: int
    label: Any
    short: Any
    is_discreet: bool = False


WEIGHTS = {
    "registry": Weight(30, _("Le registre national confirme votre pièce"), _("Registre national")),
    "document": Weight(20, _("Votre pièce paraît authentique"), _("Authenticité de la pièce")),
    "face": Weight(
        15, _("Votre selfie ressemble à la photo de la pièce"), _("Visage et photo de la pièce")
    ),
    "reading": Weight(
        15, _("Vos réponses sont celles qu'on lit sur la pièce"), _("Réponses et lecture")
    ),
    "unique": Weight(
        10,
        _("Personne d'autre ne s'est inscrit avec ce numéro"),
        _("Numéro déclaré une seule fois"),
        is_discreet=True,
    ),
    "lists": Weight(
        5,
        _("Votre nom n'est sur aucune liste de sanctions"),
        _("Listes de sanctions"),
        is_discreet=True,
    ),
    "phone": Weight(5, _("Votre téléphone est confirmé"), _("Téléphone confirmé")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One signal as it counted."""

    name: str
    label: str
    short: str
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
        Line(
            name=name,
            label=str(weight.label),
            short=str(weight.short),
            signal=signal,
            points=_points(signal, weight.points),
            out_of=weight.points,
        )
        for name, weight in WEIGHTS.items()
        for signal in [signals.get(name, Signal.UNKNOWN)]
    )
    return Score(sum(line.points for line in lines), lines)


def _points(signal: Signal, out_of: int) -> int:
    """Whole points; a half is rounded against the machine."""
    return {Signal.GOOD: out_of, Signal.PARTLY: out_of // 2}.get(signal, 0)
