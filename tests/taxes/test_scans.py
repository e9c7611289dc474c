"""Checking a code or a plate: one clear answer for each case, and every question kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kyc import limits
from project.audit.models import Event
from taxes import qr, receipts, scans
from taxes.models import Code, Scan, Tariff
from tests.factories import NoticeFactory, TariffFactory, UserFactory, VehicleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(officer=True)


def code_of(notice):
    return receipts.issue_code(notice)


def ask(asked, by=None):
    """The verdict, and what was written down of the question."""
    answer = scans.check(asked, by=by)
    kept = Scan.objects.latest("pk")
    assert (kept.verdict, kept.by) == (answer.verdict, by)
    return answer


@pytest.mark.parametrize("spelling", [qr.address, str, str.lower, " {}\n".format])
def test_a_paid_vehicle_is_paid_by_its_code_however_it_is_given(officer, spelling):
    notice = NoticeFactory(paid=True)
    answer = ask(spelling(code_of(notice).token), by=officer)
    assert (answer.verdict, answer.plate, answer.year) == (
        "paid",
        notice.vehicle.plate,
        notice.year,
    )
    assert Scan.objects.get().code == code_of(notice)


def test_a_plate_is_found_in_any_spelling(officer):
    notice = NoticeFactory(paid=True, vehicle__plate="0042TAB")
    for typed in ("0042TAB", "42 tab", "0042-TAB", "42.T.A.B", "００４２ＴＡＢ"):
        assert ask(typed, by=officer).vehicle == notice.vehicle


def test_an_exempt_vehicle_is_exempt_and_not_paid(officer):
    notice = NoticeFactory(exempt=True)
    assert ask(code_of(notice).token, by=officer).verdict == "exempt"
    assert ask(notice.vehicle.plate, by=officer).verdict == "exempt"


def test_an_unpaid_vehicle_is_unpaid(officer):
    assert ask(NoticeFactory().vehicle.plate, by=officer).verdict == "unpaid"


def test_a_vehicle_nobody_has_looked_at_this_year_is_assessed_and_unpaid(officer):
    TariffFactory()
    vehicle = VehicleFactory()
    answer = ask(vehicle.plate, by=officer)
    assert (answer.verdict, answer.notice.amount) == ("unpaid", 105_000)


def test_nobody_is_late_while_the_law_is_suspended(officer):
    notice = NoticeFactory()
    Tariff.objects.update(is_suspended=True)
    assert ask(notice.vehicle.plate, by=officer).verdict == "suspended"


def test_nobody_is_reproached_with_a_year_whose_tariff_is_not_published(officer):
    assert ask(VehicleFactory().plate, by=officer).verdict == "suspended"


def test_nobody_is_late_before_the_due_date(officer):
    notice = NoticeFactory()
    Tariff.objects.update(due_date=timezone.localdate())
    assert ask(notice.vehicle.plate, by=officer).verdict == "due_soon"


def test_a_vehicle_put_into_circulation_this_year_owes_at_once(officer):
    today = timezone.localdate()
    notice = NoticeFactory(vehicle__first_registration=today - timedelta(days=1))
    Tariff.objects.update(due_date=today + timedelta(days=30))
    verdict = "unpaid" if notice.vehicle.first_registration.year == today.year else "due_soon"
    assert ask(notice.vehicle.plate, by=officer).verdict == verdict


def test_an_unknown_plate_is_unknown_and_kept(officer):
    assert ask("9999 tzz", by=officer).verdict == "unknown"
    assert Scan.objects.get().plate == "9999TZZ"


@pytest.mark.parametrize(
    "asked", ["-", "' OR 1=1 --", "<script>alert(1)</script>", "javascript:x", "🚗", "9" * 39]
)
def test_whatever_is_typed_is_answered_and_kept(officer, asked):
    assert ask(asked, by=officer).verdict == "unknown"


def test_a_forged_code_is_forged_and_names_no_plate(officer):
    genuine = code_of(NoticeFactory(paid=True)).token
    forged = genuine[:50] + ("A" if genuine[50] != "A" else "B") + genuine[51:]
    answer = ask(forged, by=officer)
    assert (answer.verdict, answer.plate, answer.vehicle) == ("forged", "", None)


@pytest.mark.parametrize("asked", ["#", "HTTPS://ELSEWHERE.EXAMPLE/C/#AAAA", "A" * 40, "#" * 400])
def test_another_sites_code_is_forged(officer, asked):
    assert ask(asked, by=officer).verdict == "forged"


def test_a_code_we_signed_and_do_not_hold_is_forged(officer):
    token = qr.sign(qr.Claim(serial=7, year=2026, plate="1234TAB"))
    assert ask(token, by=officer).verdict == "forged"


def test_the_code_of_another_year_is_genuine_and_proves_nothing_now(officer):
    notice = NoticeFactory(paid=True, year=2020)
    answer = ask(code_of(notice).token, by=officer)
    assert (answer.verdict, answer.year) == ("past", 2020)
    assert answer.is_genuine
    assert not answer.is_fine


def test_a_revoked_code_proves_nothing(officer):
    token = code_of(NoticeFactory(paid=True)).token
    Code.objects.update(revoked_at=timezone.now())
    answer = ask(token, by=officer)
    assert answer.verdict == "revoked"
    assert not answer.is_genuine


def test_a_sold_vehicle_keeps_its_code(officer):
    notice = NoticeFactory(paid=True)
    token = code_of(notice).token
    notice.vehicle.holdings.update(until=timezone.now())
    notice.vehicle.holdings.create(holder=UserFactory())
    assert ask(token, by=officer).verdict == "paid"


def test_the_public_checks_codes_and_not_plates():
    notice = NoticeFactory(paid=True)
    assert ask(code_of(notice).token).verdict == "paid"
    assert scans.check(notice.vehicle.plate, by=None).verdict == "forged"


def test_strangers_fill_no_books_of_ours():
    """What is no code of ours leaves no row; one of ours leaves so many an hour, answered all."""
    for number in range(30):
        assert scans.check(f"{number:040}", by=None).verdict == "forged"
    assert not Scan.objects.exists()
    assert not Event.objects.filter(stream="scan").exists()
    token = code_of(NoticeFactory(paid=True)).token
    assert {scans.check(token, by=None).verdict for _ in range(30)} == {"paid"}
    assert Scan.objects.count() == limits.RULES["public_check"].free


def test_an_officers_checks_are_all_kept(officer):
    token = code_of(NoticeFactory(paid=True)).token
    for _ in range(30):
        scans.check(token, by=officer)
        scans.check("x" * 60, by=officer)
    assert officer.scans.count() == 60


def test_each_look_is_a_row_of_its_own(officer):
    token = code_of(NoticeFactory(paid=True)).token
    for _ in range(3):
        scans.check(token, by=officer)
    scans.check(token, by=None)
    assert Scan.objects.count() == 4
    assert officer.scans.count() == 3
