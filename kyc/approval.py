"""What a case needs before it is approved: by people, or by itself where that is switched on."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from kyc import checkers, checks, comparison, score
from kyc.models import Check, IdentityCase
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
    rows = Check.objects.of(case, checks.version_of(case))
    return {check.checker: check for check in rows}


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

    Off unless the settings switch it on. Every service they name must have found nothing, and
    nothing may speak against it.
    """
    wanted = settings.IDENTITY_CHECKS_TO_APPROVE_ALONE
    if not settings.IDENTITY_APPROVES_ALONE or not wanted:
        return None
    asked = latest(case)
    if not all(code in asked and _signal(asked[code]) is Signal.GOOD for code in wanted):
        return None
    judged = judge(case)
    return judged if judged.suffices(settings.IDENTITY_SCORE) else None


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
