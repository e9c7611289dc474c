"""How identity dossiers fare in a period, in the regions of one of the staff: counts, times, rates.

The number of queries is the same however many rows there are, and each does the same on every
database we run on.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import RowNumber
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils import timezone

from kyc import checkers, retention
from kyc.models import Check, Decision, IdentityCase, IdentityCaseMove

State = IdentityCase.State
Verdict = Decision.Verdict
HALF, MOST = 50, 95  # per cent


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the capital, the last one included."""

    since: date
    until: date

    def covers(self, field: str) -> Q:
        """Rows whose `field` falls into it."""
        return Q(
            **{
                f"{field}__gte": _midnight(self.since),
                f"{field}__lt": _midnight(self.until + timedelta(days=1)),
            }
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Times:
    """Half of what is measured took no longer than `half`, and 95 % no longer than `most`."""

    half: timedelta | None = None
    most: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many decisions were of each kind."""

    approved: int = 0
    returned: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        return self.approved + self.returned + self.rejected


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason dossiers were not approved for; of those sent back, how many were approved since."""

    code: str
    returned: int
    rejected: int
    mended: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One kind of answer of a service, and the first decision after each question that got it."""

    count: int
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Service:
    """How a service answered what it was asked in the period; `still_open`: it may answer yet.

    `answers` are by word: those of Check.ANSWERED, and unknown for what will not be answered.
    """

    code: str
    asked: int
    still_open: int
    answers: dict[str, Answer]
    times: Times


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it. `sent` are those of the dossiers begun in the period, whenever they were sent."""

    begun: int
    sent: int
    is_whole: bool  # no dossier begun in the period has been deleted since
    stages: dict[str, int]
    sendings: int
    verdicts: Verdicts
    times: Times
    bands: list[Verdicts]
    reasons: list[Reason]
    services: list[Service]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.begun or self.sendings or self.verdicts.total or self._asked)

    @property
    def _asked(self) -> int:
        return sum(service.asked for service in self.services)


def of(period: Period, *, by) -> Figures:
    """The figures of a period, of the regions `by` works in: of nothing else."""
    decisions = Decision.objects.within(by).filter(period.covers("decided_at"))
    checks = Check.objects.within(by).filter(period.covers("created_at"))
    judged = Counter(dict(_counted(decisions, "verdict", "points")))
    kept_from = timezone.localdate() - retention.ABANDONED
    return Figures(
        **_begun(IdentityCase.objects.within(by).filter(period.covers("created_at"))),
        is_whole=period.since > kept_from,
        sendings=_sendings(period, by),
        verdicts=_verdicts((verdict, n) for (verdict, _points), n in judged.items()),
        times=_times(decisions, "sent_at", "decided_at").get((), Times()),
        bands=_bands(judged),
        reasons=_reasons(decisions),
        services=_services(checks),
    )


def _counted(rows: QuerySet, *names: str) -> Iterable[tuple[tuple[Any, ...], int]]:
    """How many rows there are of each combination of values."""
    counted = rows.order_by().values_list(*names).annotate(how_many=Count("pk"))
    return [(tuple(values), count) for *values, count in counted]


def _begun(cases: QuerySet) -> dict[str, Any]:
    """How many, how many of them were sent, and where the others are."""
    counts = list(_counted(cases, "state", "stage"))
    begun = sum(count for _values, count in counts)
    left = {stage: count for (state, stage), count in counts if state == State.DRAFT}
    names = ["", *(part.name for part in IdentityCase.SECTIONS), "check"]
    stages = {name: left.get(name, 0) for name in names}
    return {"begun": begun, "sent": begun - sum(left.values()), "stages": stages}


def _sendings(period: Period, by) -> int:
    """How often dossiers were sent, for the first time or again."""
    sent = Q(state=State.WAITING, origin__in=[State.DRAFT, State.RETURNED])
    mine = IdentityCase.objects.within(by)
    return IdentityCaseMove.objects.filter(sent, period.covers("at"), case__in=mine).count()


def _verdicts(counts: Iterable[tuple[str | None, int]]) -> Verdicts:
    """Added up by verdict; what was not decided counts nowhere."""
    total: Counter[str] = Counter()
    for verdict, count in counts:
        if verdict:
            total[str(verdict)] += count
    return Verdicts(**total)


def _bands(judged: dict[tuple[Any, ...], int]) -> list[Verdicts]:
    """Five bands of twenty points; a hundred belongs to the last."""
    bands: list[list[tuple[str | None, int]]] = [[] for _ in range(5)]
    for (verdict, points), count in judged.items():
        bands[min(points // 20, 4)].append((verdict, count))
    return [_verdicts(band) for band in bands]


def _times(rows: QuerySet, start: str, end: str, *groups: str) -> dict[tuple[Any, ...], Times]:
    """The times from `start` to `end` at the middle and near the end of each group's order.

    By nearest rank: the smallest time such that so many per cent took no longer. It is one of
    those that were measured, and the same on every database, where `percentile_cont` is not.
    """
    apart = [F(name) for name in groups] or None
    took = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
    ranked = rows.order_by().annotate(took=took)
    ranked = ranked.annotate(
        place=Window(RowNumber(), partition_by=apart, order_by=[F("took"), F("pk")]),
        how_many=Window(Count("pk"), partition_by=apart),
    )
    at = [
        Q(GreaterThanOrEqual(F("place") * 100, F("how_many") * share))
        & Q(LessThan((F("place") - 1) * 100, F("how_many") * share))
        for share in (HALF, MOST)
    ]
    found: dict[tuple[Any, ...], list[timedelta]] = {}
    for *group, span, _place in (
        ranked.filter(at[0] | at[1]).order_by("place").values_list(*groups, "took", "place")
    ):
        found.setdefault(tuple(group), []).append(span)
    # Of a few rows one is both.
    return {group: Times(spans[0], spans[-1]) for group, spans in found.items()}


def _reasons(decisions: QuerySet) -> list[Reason]:
    """Why dossiers were not approved, the commonest first."""
    later = Decision.objects.filter(
        case=OuterRef("case"), verdict=Verdict.APPROVED, decided_at__gt=OuterRef("decided_at")
    )
    rows = decisions.exclude(verdict=Verdict.APPROVED).annotate(is_mended=Exists(later))
    total: dict[str, Counter[str]] = {}
    for (code, verdict, is_mended), count in _counted(rows, "reason_code", "verdict", "is_mended"):
        counts = total.setdefault(code, Counter())
        counts[verdict] += count
        counts["mended"] += count if is_mended and verdict == Verdict.RETURNED else 0
    found = [
        Reason(code, counts[Verdict.RETURNED], counts[Verdict.REJECTED], counts["mended"])
        for code, counts in total.items()
    ]
    return sorted(found, key=lambda each: (-each.returned - each.rejected, each.code))


def _with_first_decision(checks: QuerySet) -> QuerySet:
    """Each check with `after`: the first decision that followed it, if any.

    By joins, which the database does for all of them at once; a subquery would be asked for each.
    """
    later = Q(case__decisions__decided_at__gte=F("created_at"))
    sooner = Q(decided_at__lt=OuterRef("after__decided_at"))
    sooner |= Q(decided_at=OuterRef("after__decided_at"), pk__lt=OuterRef("after__pk"))
    between = Decision.objects.filter(
        sooner, case=OuterRef("case"), decided_at__gte=OuterRef("created_at")
    )
    joined = checks.annotate(after=FilteredRelation("case__decisions", condition=later))
    return joined.filter(~Exists(between))


def _services(checks: QuerySet) -> list[Service]:
    """Every enabled service, and those that were when they were asked."""
    awaited = ExpressionWrapper(Q(next_at__isnull=False), output_field=BooleanField())
    rows = _with_first_decision(checks).annotate(verdict=F("after__verdict"), is_awaited=awaited)
    counts = list(_counted(rows, "checker", "state", "is_awaited", "verdict"))
    times = _times(checks.filter(state__in=Check.ANSWERED), "created_at", "answered_at", "checker")
    others = sorted({code for (code, *_rest), _n in counts} - set(checkers.enabled()))
    return [
        _service(code, counts, times.get((code,), Times()))
        for code in [*checkers.enabled(), *others]
    ]


def _service(code: str, counts: list[tuple[tuple[Any, ...], int]], times: Times) -> Service:
    said: dict[str, list[tuple[str | None, int]]] = {}
    for (checker, state, is_awaited, verdict), count in counts:
        if checker == code:
            said.setdefault(_word(state, is_awaited), []).append((verdict, count))
    sums = {word: sum(count for _verdict, count in rows) for word, rows in said.items()}
    words = [Check.State.CLEAR, Check.State.ATTENTION, Check.State.REFUSED, Check.State.UNKNOWN]
    return Service(
        code=code,
        asked=sum(sums.values()),
        still_open=sums.get("", 0),
        answers={
            str(word): Answer(sums.get(word, 0), _verdicts(said.get(word, []))) for word in words
        },
        times=times,
    )


def _word(state: str, is_awaited: bool) -> str:
    """An answer, or unknown where none will come; nothing while one may."""
    if state in Check.ANSWERED:
        return state
    return "" if is_awaited else Check.State.UNKNOWN
