"""The supervisors' figures: each counted again by hand, row by row, from the same rows."""

import csv
import io
import math
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from kyc import documents, figures, filing, retention, review, sheets, tasklist
from kyc.figures import Period
from kyc.models import Check, Decision, IdentityCase, IdentityCaseMove, User
from tests.factories import IdentityCaseFactory, UserFactory
from tests.service import Service

pytestmark = pytest.mark.django_db
PAGE = "kyc:figures"
State = IdentityCase.State
DAY = timedelta(days=1)
REGIONS = ["boeny", "diana", "sofia", ""]
STAGES = ["", "piece", "photos", "reponses", "portrait", "check"]
VERDICTS = ["approved", "returned", "rejected"]
ANSWERED = ["clear", "attention", "refused"]


def boss(*regions):
    return UserFactory(supervisor=True, regions=list(regions))


def last(days):
    today = timezone.localdate()
    return Period(today - timedelta(days=days - 1), today)


def some(chance, count, start=0):
    """Dossiers of ninety days, in every state, region and stage, with all that happened to them."""
    people = User.objects.bulk_create(
        User(phone=f"+2613300{start + at:05}", role="citizen", password="!") for at in range(count)
    )
    cases = IdentityCase.objects.bulk_create(_case(chance, person) for person in people)
    _date(chance, cases, "created_at")
    sent = [case for case in cases if case.submitted_at]
    moves = IdentityCaseMove.objects.bulk_create(
        move for case in cases for move in _moves(chance, case)
    )
    _date(chance, moves, "at")
    Decision.objects.bulk_create(each for case in sent for each in _decisions(chance, case))
    checks = Check.objects.bulk_create(each for case in sent for each in _checks(chance, case))
    _date(chance, checks, "created_at")
    for check in checks:
        if check.state in ANSWERED:
            check.answered_at = check.created_at + timedelta(seconds=chance.randrange(90_000))
    Check.objects.bulk_update(checks, ["answered_at"])


def _moment(chance):
    return timezone.now() - timedelta(seconds=chance.randrange(90 * 86_400))


def _date(chance, rows, field):
    """Django dates new rows itself."""
    for row in rows:
        setattr(row, field, _moment(chance))
    type(rows[0]).objects.bulk_update(rows, [field])


def _case(chance, person):
    state, region = chance.choice(["draft", "waiting", "approved"]), chance.choice(REGIONS)
    return IdentityCase(
        citizen=person,
        state=state,
        region=region if state == "draft" else region or "boeny",
        stage=chance.choice(STAGES),
        paper="cin",
        submitted_at=None if state == "draft" else _moment(chance),
        decided_at=timezone.now() if state == "approved" else None,
    )


def _moves(chance, case):
    for origin, state in [("draft", "waiting"), ("waiting", "claimed"), ("claimed", "waiting")]:
        yield IdentityCaseMove(case=case, origin=origin, state=state)
    if chance.random() < 0.3:
        yield IdentityCaseMove(case=case, origin="returned", state="waiting")


def _decisions(chance, case):
    for _ in range(chance.randrange(4)):
        verdict, at = chance.choice(VERDICTS), _moment(chance)
        yield Decision(
            case=case,
            verdict=verdict,
            reason_code="" if verdict == "approved" else chance.choice(["", "blurred", "other"]),
            sent_at=at - timedelta(seconds=chance.randrange(400_000)),
            decided_at=at,
            points=chance.choice([0, 9, 10, 55, 89, 90, 100]),
        )


def _checks(chance, case):
    for code in chance.sample(["service", "onfido", "smile_id"], 2):
        state = chance.choice(Check.State.values)
        is_over = state in ANSWERED or chance.random() < 0.5
        yield Check(
            case=case,
            version=str(chance.random()),
            checker=code,
            state=state,
            answered_at=timezone.now() if state in ANSWERED else None,
            next_at=None if is_over else timezone.now(),
        )


# --- Counted again by hand ------------------------------------------------------------------------


def rank(spans, share):
    """The smallest of them such that `share` per cent are no greater."""
    ordered = sorted(spans)
    return ordered[max(math.ceil(len(ordered) * share / 100), 1) - 1] if ordered else None


def within(period, moment):
    return period.since <= timezone.localtime(moment).date() <= period.until


def seen(rows, regions, of=lambda row: row.case):
    return [row for row in rows if not regions or of(row).region in regions]


def by_hand(period, regions):
    cases = seen(IdentityCase.objects.all(), regions, of=lambda case: case)
    begun = [case for case in cases if within(period, case.created_at)]
    every = list(Decision.objects.select_related("case"))
    made = [each for each in seen(every, regions) if within(period, each.decided_at)]
    moves = seen(IdentityCaseMove.objects.select_related("case"), regions)
    checks = seen(Check.objects.select_related("case"), regions)
    spans = [each.decided_at - each.sent_at for each in made]
    return {
        "begun": len(begun),
        "sent": sum(case.state != "draft" for case in begun),
        "stages": Counter(case.stage for case in begun if case.state == "draft"),
        "sendings": sum(
            move.state == "waiting" and move.origin != "claimed" and within(period, move.at)
            for move in moves
        ),
        "verdicts": Counter(each.verdict for each in made),
        "times": (rank(spans, 50), rank(spans, 95)),
        "bands": [
            Counter(each.verdict for each in made if min(each.points // 20, 4) == band)
            for band in range(5)
        ],
        "reasons": {
            code: _reason(code, made, every) for code in {e.reason_code for e in _no(made)}
        },
        "services": _by_service([c for c in checks if within(period, c.created_at)], every),
    }


def _no(made):
    return [each for each in made if each.verdict != "approved"]


def _reason(code, made, every):
    given = [each for each in _no(made) if each.reason_code == code]
    mended = [
        each
        for each in given
        if each.verdict == "returned"
        and any(
            e.case_id == each.case_id and e.verdict == "approved" and e.decided_at > each.decided_at
            for e in every
        )
    ]
    counts = Counter(each.verdict for each in given)
    return counts["returned"], counts["rejected"], len(mended)


def _by_service(checks, every):
    found = {}
    for check in checks:
        service = found.setdefault(check.checker, {"asked": 0, "open": 0, "spans": []})
        service["asked"] += 1
        if check.state not in ANSWERED and check.next_at:
            service["open"] += 1
            continue
        word = check.state if check.state in ANSWERED else "unknown"
        if word != "unknown":
            service["spans"].append(check.answered_at - check.created_at)
        after = [
            e for e in every if e.case_id == check.case_id and e.decided_at >= check.created_at
        ]
        verdicts = service.setdefault(word, Counter())
        verdicts["count"] += 1
        if after:
            verdicts[min(after, key=lambda e: e.decided_at).verdict] += 1
    return found


def as_counts(verdicts):
    return {name: getattr(verdicts, name) for name in VERDICTS if getattr(verdicts, name)}


def as_by_hand(found):
    """The figures in the shape of those counted by hand."""
    services = {}
    for service in found.services:
        if service.asked:
            services[service.code] = {
                word: {"count": answer.count} | as_counts(answer.verdicts)
                for word, answer in service.answers.items()
                if answer.count
            } | {"asked": service.asked, "open": service.still_open}
            services[service.code]["times"] = (service.times.half, service.times.most)
    return {
        "begun": found.begun,
        "sent": found.sent,
        "stages": {stage: number for stage, number in found.stages.items() if number},
        "sendings": found.sendings,
        "verdicts": as_counts(found.verdicts),
        "times": (found.times.half, found.times.most),
        "bands": [as_counts(band) for band in found.bands],
        "reasons": {
            each.code: (each.returned, each.rejected, each.mended) for each in found.reasons
        },
        "services": services,
    }


@pytest.mark.parametrize("days", [1, 7, 30, 91])
@pytest.mark.parametrize("regions", [(), ("boeny",), ("diana", "sofia"), ("menabe",)])
def test_every_figure_is_what_counting_by_hand_gives(settings, regions, days):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    some(random.Random(days), 120)
    expected = by_hand(last(days), regions)
    for service in expected["services"].values():
        spans = service.pop("spans")
        service["times"] = (rank(spans, 50), rank(spans, 95))
    found = figures.of(last(days), by=boss(*regions))
    assert as_by_hand(found) == expected
    # Soon after midnight nothing may have happened yet on the day.
    assert found.is_empty == (regions == ("menabe",)) or days == 1
    assert bool(expected["begun"]) or days < 30 or regions == ("menabe",)


@pytest.mark.parametrize("count", [1, 2, 3, 19, 20, 21, 100])
def test_the_middle_and_the_end_are_times_that_were_measured(count):
    case, now = IdentityCaseFactory(approved=True, photos=False), timezone.now()
    spans = [timedelta(minutes=7 * at * at) for at in range(1, count + 1)]
    random.Random(count).shuffle(spans)
    Decision.objects.bulk_create(
        Decision(case=case, verdict="approved", sent_at=now - span, decided_at=now, points=0)
        for span in spans
    )
    times = figures.of(last(1), by=boss()).times
    assert (times.half, times.most) == (rank(spans, 50), rank(spans, 95))


def test_a_day_begins_and_ends_at_midnight_in_the_capital():
    day = date(2026, 3, 10)
    at = timezone.make_aware(timezone.datetime(2026, 3, 10))
    for moment in (at - timedelta(seconds=1), at, at + DAY - timedelta(seconds=1), at + DAY):
        case = IdentityCaseFactory(photos=False)
        IdentityCase.objects.filter(pk=case.pk).update(created_at=moment)
    assert figures.of(Period(day, day), by=boss()).begun == 2


# --- What stands behind them ----------------------------------------------------------------------


def test_every_decision_of_an_agent_is_kept_with_its_points():
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, "returned", code="blurred", by=case.agent)
    first = Decision.objects.get()
    assert (first.case, first.verdict, first.reason_code) == (case, "returned", "blurred")
    assert (first.sent_at, first.decided_at) == (case.submitted_at, case.decided_at)
    assert (first.points, first.lines["phone"], first.lines["registry"]) == (15, "good", "unknown")

    case.refresh_from_db()
    filing.submit(case, by=case.citizen)
    review.take(case, by=case.agent or UserFactory(agent=True))
    review.decide(case, "approved", by=case.agent)
    assert [each.verdict for each in case.decisions.order_by("pk")] == ["returned", "approved"]
    found = figures.of(last(1), by=boss())
    assert found.reasons == [figures.Reason("blurred", returned=1, rejected=0, mended=1)]
    assert (found.verdicts.total, found.sendings) == (2, 1)


def first_undone(case):
    """As its citizen's own list of tasks has it."""
    tasks = zip(case.SECTIONS, tasklist.of(case)["tasks"], strict=True)
    return next((part.name for part, task in tasks if not task["is_done"]), "check")


def test_where_a_dossier_stands_is_where_its_citizen_is_sent_next():
    case = IdentityCaseFactory(empty=True, photos=False)
    whole = IdentityCaseFactory.build()
    assert case.stage == ""
    stages = []
    for name in ["activite", "piece", "reponses", "adresse"]:
        values = {field: getattr(whole, field) for field in case.section(name).fields}
        filing.declare(case, case.section(name), values, by=case.citizen)
        case.refresh_from_db()
        assert case.stage == first_undone(case)
        stages.append(case.stage)
    assert stages == ["piece", "photos", "photos", "photos"]


def photo():
    """As a phone sends it."""
    held = io.BytesIO()
    Image.new("RGB", (400, 300), "tan").save(held, "JPEG")
    return SimpleUploadedFile("moi.jpg", held.getvalue(), "image/jpeg")


def test_a_picture_moves_it_on_as_well():
    case = IdentityCaseFactory(photos=False)
    for side in case.sides:
        documents.receive(case, photo(), side=side, by=case.citizen)
        case.refresh_from_db()
        assert case.stage == first_undone(case)
    assert case.stage == "check"
    assert figures.of(last(1), by=boss()).stages["check"] == 1


# --- The page -------------------------------------------------------------------------------------


@pytest.fixture
def desk(client, login):
    def at(*regions):
        login(boss(*regions))
        return client

    return at


def asked(client, **days):
    return client.get(reverse(PAGE), days)


def test_the_number_of_queries_is_the_same_at_any_size(desk, django_assert_num_queries):
    client, chance = desk("boeny"), random.Random(1)
    some(chance, 5)
    asked(client)
    with django_assert_num_queries(15):
        asked(client)
    some(chance, 200, start=5)
    with django_assert_num_queries(15):
        asked(client)


def test_other_regions_are_neither_counted_nor_hinted_at(desk):
    some(random.Random(2), 60)
    page = asked(desk("menabe"), du="01/01/2026", au=f"{timezone.localdate():%d/%m/%Y}")
    assert "Aucun dossier dans cette période." in page.text
    assert not {"Boeny", "Diana", "Sofia"} & set(page.text.split())
    assert "Tableur" not in page.text


def test_nothing_is_divided_by_nothing(desk, settings):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    Service.script()
    case = IdentityCaseFactory(photos=False)
    page = asked(desk())
    assert page.context["figures"].begun == 1
    assert page.context["completion"].text == "0\u202f%"
    assert page.context["approval"].text == page.context["half"].text == "—"
    IdentityCase.objects.filter(pk=case.pk).update(created_at=timezone.now() - 40 * DAY)
    assert "Aucun dossier dans cette période." in asked(desk()).text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"du": "31/02/2026", "au": "01/03/2026"}, "date"),
        ({"du": "hier", "au": ""}, "Il y a un problème"),
        ({"du": "02/03/2026", "au": "01/03/2026"}, "La fin vient avant le début"),
        ({"du": "01/01/0001", "au": "01/03/2026"}, "à partir de 2020"),
        ({"du": "01/03/2026", "au": "31/12/9999"}, "à partir de 2020"),
        ({"du": "=1+1", "au": "\x00"}, "date"),
    ],
)
@pytest.mark.parametrize("form", ["", "csv"])
def test_days_that_are_none_are_said_and_stay(desk, days, said, form):
    page = asked(desk(), **days, format=form)
    assert page.status_code == 422
    assert page["Content-Type"].startswith("text/html")
    assert said in page.text
    assert f'value="{days["du"]}"' in page.text
    assert "figures" not in page.context


def test_a_share_that_can_no_longer_be_known_is_not_told(desk):
    case = IdentityCaseFactory(waiting=True, photos=False)
    long_ago = timezone.now() - retention.ABANDONED - 2 * DAY
    IdentityCase.objects.filter(pk=case.pk).update(created_at=long_ago)
    since = timezone.localtime(long_ago).strftime("%d/%m/%Y")
    page = asked(desk(), du=since, au=f"{timezone.localdate():%d/%m/%Y}")
    assert page.context["completion"].text == "—"
    assert "est effacé après 180 jours" in page.text


def test_the_file_says_what_the_page_says(desk, settings):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    some(random.Random(3), 80)
    client = desk("boeny", "sofia")
    answer, page = asked(client, format="csv"), asked(client)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1] == ["Régions", "Boeny", "Sofia"]
    shown = page.context["sheets"]
    assert len(shown) == 8
    for sheet in shown:
        at = rows.index([sheet.title])
        for row, (label, cells) in zip(rows[at + 2 :], sheet.rows, strict=False):
            assert row[0] == label
            assert row[1:] == ["" if cell.value is None else str(cell.value) for cell in cells]


@pytest.mark.parametrize(
    ("took", "said"),
    [
        ({}, "moins d'une minute"),
        ({"seconds": 61}, "1 minute"),
        ({"hours": 2, "minutes": 5, "seconds": 59}, "2 heures 5 minutes"),
        ({"hours": 1}, "1 heure"),
        ({"days": 1, "minutes": 59}, "1 jour"),
        ({"days": 3, "hours": 4, "minutes": 5}, "3 jours 4 heures"),
    ],
)
def test_times_are_told_in_plain_words(took, said):
    assert sheets.span(timedelta(**took)).text == said


def test_decisions_by_answer_add_up(settings):
    settings.IDENTITY_CHECKERS = ["tests.service.Service"]
    some(random.Random(3), 60)
    found = sheets.of(figures.of(last(90), by=boss()), is_everywhere=True)
    [sheet] = [each for each in found if each.name == "answers"]
    assert sheet.rows
    for _label, (asked, *parts, _rate) in sheet.rows:
        assert asked.value == sum(part.value for part in parts)
    assert any(cells[4].value for _label, cells in sheet.rows)


def test_the_menu_leads_there_and_every_table_has_its_caption(desk):
    some(random.Random(4), 40)
    client = desk()
    assert reverse(PAGE) in client.get(reverse("taxes:queues")).text
    page = asked(client)
    assert page.text.count("<caption") == len(page.context["sheets"]) > 5
    assert all(sheet.told for sheet in page.context["sheets"])
