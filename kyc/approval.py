"""What a case needs before it is approved: by people, or by itself where that is switched on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kyc import checkers, comparison, duplicates, score
from kyc.cases import Case
from kyc.models import Check, Decision, IdentityCase
from kyc.score import Score, Signal
from project.lib.workflow import MoveRefused

# Which services a signal is taken from.
SOURCES = {
    "registry": ("national_id",),
    "document": ("onfido", "smile_id"),
    "face": ("onfido", "smile_id"),
    "lists": ("comply_advantage",),
}
SIGNALS = {
    Check.State.CLEAR: Signal.GOOD,
    Check.State.ATTENTION: Signal.BAD,
    Check.State.REFUSED: Signal.BAD,
}
# How a signal is told to the citizen, as a badge: once decided; until then, what speaks against
# somebody is told no sooner than by whoever decides.
DECIDED = {
    Signal.GOOD: ("good", gettext_lazy("Confirmé")),
    Signal.PARTLY: ("warn", gettext_lazy("En partie")),
    Signal.UNKNOWN: ("neutral", gettext_lazy("Pas vérifié")),
    Signal.BAD: ("bad", gettext_lazy("Non confirmé")),
}
UNDER_WAY = dict.fromkeys(Signal, ("wait", gettext_lazy("À regarder"))) | {
    Signal.GOOD: DECIDED[Signal.GOOD]
}
DISCREET = ("neutral", gettext_lazy("Regardé"))


@dataclass(frozen=True, slots=True)
class Told:
    """One signal as its citizen reads it: a badge, and how much of a hundred it weighs."""

    label: Any
    badge: tuple[str, Any]
    out_of: int


def told(case: Case) -> list[Told]:
    """What the checks looked at in a dossier that was sent, for its citizen."""
    if not isinstance(case, IdentityCase) or case.state in Case.EDITABLE:
        return []
    last = case.decisions.order_by("pk").last()
    if case.state in (Case.State.WAITING, Case.State.CLAIMED):
        found, badges = {line.name: line.signal for line in judge(case).lines}, UNDER_WAY
    elif last:
        found, badges = {name: Signal(value) for name, value in last.lines.items()}, DECIDED
    else:
        return []
    return [
        Told(weight.label, DISCREET if weight.is_discreet else badges[found[name]], weight.points)
        for name, weight in score.WEIGHTS.items()
        if name in found
    ]


def require_checks(case: IdentityCase) -> None:
    """Raise MoveRefused while a check that people must see first is under way.

    Not for longer than the patience of the settings: an outage stops no office.
    """
    patience = timedelta(minutes=settings.IDENTITY_CHECKS_PATIENCE)
    wanted = set(settings.IDENTITY_CHECKS_FOR_PEOPLE) & set(checkers.enabled())
    asked = latest(case)
    for code in sorted(wanted):
        check = asked.get(code)
        if check is not None and not check.has_ended and not check.is_older_than(patience):
            raise MoveRefused(
                _("Le contrôle « %s » n'est pas terminé : attendez sa réponse, puis réessayez.")
                % checkers.get(code).label
            )


def latest(case: IdentityCase) -> dict[str, Check]:
    """The checks of the case as it stands, by service."""
    return {check.checker: check for check in Check.objects.of(case)}


def judge(case: IdentityCase) -> Score:
    """How sure the machines are of a case as it stands."""
    asked = latest(case)
    found = {
        name: _of_services([asked[code] for code in codes if code in asked])
        for name, codes in SOURCES.items()
    }
    found["reading"] = _of_reading(case)
    found["unique"] = _of_number(case)
    found["phone"] = Signal.GOOD if case.citizen.phone_verified_at else Signal.UNKNOWN
    return score.of(found)


def sufficient(case: IdentityCase) -> Score | None:
    """The score by which a case may approve itself; None where it may not.

    Off unless the settings switch it on. Every service they name must have found nothing, no
    other dossier may have anything in common with it, and nothing may speak against it. What an
    agent helped to fill in is for another agent to see.
    """
    wanted = settings.IDENTITY_CHECKS_TO_APPROVE_ALONE
    if not settings.IDENTITY_APPROVES_ALONE or not wanted:
        return None
    if case.assistances.exists() or not case.searched_at or duplicates.is_doubted(case):
        return None
    asked = latest(case)
    if not all(code in asked and _signal(asked[code]) is Signal.GOOD for code in wanted):
        return None
    judged = judge(case)
    return judged if judged.suffices(settings.IDENTITY_SCORE) else None


def keep(case: IdentityCase, judged: Score) -> None:
    """Keep what was just decided of a case, and how sure the machines were."""
    Decision.objects.create(
        case=case,
        verdict=case.state,
        reason_code=case.reason_code,
        sent_at=case.submitted_at,
        decided_at=case.decided_at,
        points=judged.points,
        lines={line.name: line.signal.value for line in judged.lines},
    )


def _of_services(asked: list[Check]) -> Signal:
    """One bad word counts more than any good ones."""
    signals = {_signal(check) for check in asked}
    return next((each for each in (Signal.BAD, Signal.GOOD) if each in signals), Signal.UNKNOWN)


def _signal(check: Check) -> Signal:
    if check.is_trial and not settings.DEMO:
        return Signal.UNKNOWN
    return SIGNALS.get(check.state, Signal.UNKNOWN)


def _of_reading(case: IdentityCase) -> Signal:
    """What was read of the papers beside what was declared; a misreading is nobody's fault."""
    agreed = {row.name: row.agrees for row in comparison.rows(case) if row.agrees is not None}
    if not agreed.get("number"):
        return Signal.UNKNOWN
    return Signal.GOOD if all(agreed.values()) else Signal.PARTLY


def _of_number(case: IdentityCase) -> Signal:
    others = IdentityCase.objects.numbered(case.number or "").exclude(citizen=case.citizen)
    if not case.number:
        return Signal.UNKNOWN
    return Signal.BAD if others.exists() else Signal.GOOD
