"""The officer at the roadside: a code opened by the telephone's camera, and a plate typed in."""

import pytest
from playwright.sync_api import expect

from taxes import qr, receipts
from taxes.models import Scan
from tests.browser.watch import then_accessible
from tests.factories import NoticeFactory, UserFactory


@pytest.fixture
def officer(site):
    return UserFactory(officer=True)


@pytest.fixture
def paid(site):
    """A notice that is paid, with its code."""
    notice = NoticeFactory(paid=True)
    return receipts.issue_code(notice)


def scanned(site, token):
    """The address that the symbol holds, as a telephone opens it: capitals and all."""
    return qr.address(token).replace(qr.address(""), f"{site.url.upper()}/C/#")


def then_verdict(page, word):
    expect(page.locator(".verdict")).to_contain_text(word)
    then_accessible(page)


def test_an_officer_opens_a_code_and_reads_the_whole_answer(
    page, site, given_signed_in, officer, paid
):
    given_signed_in(page, officer)
    page.goto(scanned(site, paid.token))
    then_verdict(page, "PAYÉE")
    vehicle = paid.notice.vehicle
    for word in (vehicle.shown_plate, vehicle.make, vehicle.colour, "personnel"):
        expect(page.get_by_role("main")).to_contain_text(word)
    expect(page.get_by_role("main")).to_contain_text(str(paid.notice.year))
    assert "#" not in page.url  # nothing of the token stays in the history
    scan = Scan.objects.get()
    assert (scan.by, scan.code, scan.verdict) == (officer, paid, "paid")


def test_a_passer_by_learns_that_a_code_is_genuine_and_no_more(page, site, paid):
    page.goto(scanned(site, paid.token))
    then_verdict(page, "CODE AUTHENTIQUE")
    main = page.get_by_role("main")
    expect(main).to_contain_text(paid.notice.vehicle.shown_plate)
    expect(main).not_to_contain_text(paid.notice.vehicle.make)
    assert Scan.objects.get().by is None


def test_a_forged_code_is_called_so(page, site, given_signed_in, officer, paid):
    given_signed_in(page, officer)
    spoilt = ("B" if paid.token[30] == "A" else "A").join((paid.token[:30], paid.token[31:]))
    page.goto(scanned(site, spoilt))
    then_verdict(page, "CODE FAUX")
    assert Scan.objects.get().verdict == "forged"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_officer_types_what_they_see(open_page, given_signed_in, officer, paid, scripts):
    page = open_page(scripts=scripts)
    given_signed_in(page, officer)
    unpaid = NoticeFactory()
    asked = {
        paid.token: "PAYÉE",
        paid.notice.vehicle.shown_plate: "PAYÉE",
        unpaid.vehicle.shown_plate.lower(): "NON PAYÉE",
        "9999 ZZZ": "PLAQUE INCONNUE",
        "A" * 140: "CODE FAUX",
    }
    page.goto("/accueil/")
    for typed, verdict in asked.items():
        page.get_by_label("Plaque ou code").fill(typed)
        page.get_by_role("button", name="Contrôler", exact=True).click()
        expect(page.locator(".verdict")).to_contain_text(verdict)
        if scripts:
            then_accessible(page)
    page.goto("/controle/")
    expect(page.locator("ol.history li")).to_have_count(5)
    verdicts = Scan.objects.filter(by=officer).order_by("pk").values_list("verdict", flat=True)
    assert list(verdicts) == ["paid", "paid", "unpaid", "unknown", "forged"]
