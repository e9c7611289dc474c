"""Checking a windscreen code or a plate: one answer a question, and every question kept."""

from dataclasses import dataclass

from django.db import transaction

from fleet import plates
from fleet.models import Vehicle
from kyc import limits
from project.audit import chain
from taxes import notices, qr
from taxes.models import Code, Notice, Scan
from taxes.tariff import NotAssessable

Verdict = Scan.Verdict
# Shorter than any token of ours, longer than any plate.
SHORTEST_TOKEN = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check found. The public sees plate and year; the rest is for officers."""

    verdict: str
    plate: str = ""
    year: int | None = None
    code: Code | None = None
    vehicle: Vehicle | None = None
    notice: Notice | None = None

    @property
    def is_genuine(self) -> bool:
        """Whether the code is one of ours and in force, whatever its year."""
        return self.verdict in (Verdict.PAID, Verdict.EXEMPT, Verdict.PAST)

    @property
    def is_fine(self) -> bool:
        return self.verdict in (Verdict.PAID, Verdict.EXEMPT)


def check(asked: str, *, by) -> Answer:
    """Answer for a code (its address or its token) or a plate, and keep the question.

    `by` is the officer, or None for somebody who only has the code in front of them: the public
    may check a code, not look up plates.
    """
    text = asked.strip()
    token = text.rpartition("#")[2].strip()
    if "#" in text or len(text) >= SHORTEST_TOKEN:
        answer = _of_token(token)
    elif by is None:
        answer = Answer(Verdict.FORGED)
    else:
        answer = _of_plate(plates.normalise(text))
    if _is_kept(answer, by):
        _keep(answer, by)
    return answer


def _is_kept(answer: Answer, by) -> bool:
    """Whether a question is written down: every officer's.

    Of the public's, those about a code of ours, so many an hour: strangers fill no books of ours.
    """
    if by or answer.code is None:
        return by is not None
    return not limits.take("public_check", str(answer.code.pk))


@transaction.atomic
def _keep(answer: Answer, by) -> None:
    scan = Scan.objects.create(
        by=by, code=answer.code, plate=answer.plate[:12], verdict=answer.verdict
    )
    vehicle = answer.vehicle.pk if answer.vehicle else None
    chain.record("scan.recorded", by=by, about=scan, verdict=scan.verdict, vehicle=vehicle)


def _of_token(token: str) -> Answer:
    try:
        claim = qr.verify(token)
    except qr.Forged:
        return Answer(Verdict.FORGED)
    code = (
        Code.objects.select_related("notice__vehicle", "notice__receipt", "notice__tariff")
        .filter(serial=claim.serial)
        .first()
    )
    if code is None:
        return Answer(Verdict.FORGED)
    return Answer(
        _verdict_of(code),
        plate=code.notice.vehicle.plate,
        year=code.notice.year,
        code=code,
        vehicle=code.notice.vehicle,
        notice=code.notice,
    )


def _verdict_of(code: Code) -> str:
    if code.revoked_at:
        return Verdict.REVOKED
    if code.notice.year != notices.current_year():
        return Verdict.PAST
    return _standing(code.notice)


def _of_plate(plate: str) -> Answer:
    vehicle = Vehicle.objects.filter(plate=plate).first()
    if vehicle is None:
        return Answer(Verdict.UNKNOWN, plate=plate)
    try:
        notice = notices.issue(vehicle, notices.current_year())
    except notices.NoTariff:
        # The year has begun and its law is not published: nobody can be reproached with anything.
        return Answer(Verdict.SUSPENDED, plate=plate, vehicle=vehicle)
    except NotAssessable:
        return Answer(Verdict.NOT_DUE, plate=plate, vehicle=vehicle)
    return Answer(_standing(notice), plate=plate, year=notice.year, vehicle=vehicle, notice=notice)


def _standing(notice: Notice) -> str:
    if notice.is_paid:
        return Verdict.PAID
    if notice.is_exempt:
        return Verdict.EXEMPT
    if notice.tariff.is_suspended:
        return Verdict.SUSPENDED
    return Verdict.UNPAID if notice.is_overdue else Verdict.DUE_SOON
