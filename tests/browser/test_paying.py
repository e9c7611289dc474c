"""Paying on a small telephone: impatient fingers, two tabs, the back button, and MVola away."""

import pytest
from playwright.sync_api import expect

from taxes import tasks
from taxes.models import Payment, Receipt
from tests import sandbox
from tests.browser import people
from tests.browser.watch import then_accessible


@pytest.fixture
def owner_at_pay(page, site, given_signed_in):
    """An owner on the page where they choose how to pay; a sandbox that remembers nothing."""
    sandbox.reset(site.sandbox_url)
    owner, vehicle = people.given_an_owner()
    given_signed_in(page, owner)
    page.goto(f"/vehicules/{vehicle.pk}/")
    page.get_by_role("link", name="Payer").click()
    expect(page.get_by_role("heading", name="Payer", exact=True)).to_be_visible()
    return owner


def then_paid_once(page, site):
    expect(page.get_by_role("heading", name="Taxe payée")).to_be_visible(timeout=30_000)
    assert [payment.state for payment in Payment.objects.all()] == ["confirmed"]
    assert Receipt.objects.count() == 1
    assert [deal["state"] for deal in sandbox.transactions(site.sandbox_url)] == ["completed"]


def test_a_double_click_pays_once(page, site, owner_at_pay):
    page.get_by_role("button", name="Payer").dblclick()
    then_paid_once(page, site)


def test_two_posts_that_no_script_holds_back_pay_once(open_page, site, given_signed_in):
    """What the guard on the page cannot see: the same form, sent twice at the same moment."""
    sandbox.reset(site.sandbox_url)
    owner, vehicle = people.given_an_owner()
    page = open_page(scripts=False)
    given_signed_in(page, owner)
    page.goto(f"/vehicules/{vehicle.pk}/")
    page.get_by_role("link", name="Payer").click()
    page.get_by_role("button", name="Payer").dblclick(no_wait_after=True)
    page.wait_for_url("**/paiements/*/")
    while not page.get_by_role("heading", name="Taxe payée").is_visible():
        page.wait_for_timeout(300)
        page.reload()
    then_paid_once(page, site)


def test_two_tabs_pay_once_and_both_show_it(page, site, owner_at_pay):
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_role("button", name="Payer").click()
    other.get_by_role("button", name="Payer").click()
    then_paid_once(page, site)
    # The second tab came while the first attempt was under way, or after: it never pays again.
    other.reload()
    expect(other.get_by_text("Payée").or_(other.get_by_text("Taxe payée")).first).to_be_visible()
    then_paid_once(page, site)


def test_going_back_after_paying_does_not_pay_again(page, site, owner_at_pay):
    page.get_by_role("button", name="Payer").click()
    then_paid_once(page, site)
    page.go_back()
    again = page.get_by_role("main").get_by_role("button", name="Payer")
    if again.count():  # the browser drew the old page from its memory
        again.click()
    expect(page.get_by_text("Payée", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Voir le code du pare-brise")).to_be_visible()
    then_accessible(page)
    assert Payment.objects.count() == 1


def test_who_refuses_on_their_telephone_reads_why_and_may_try_again(page, site, owner_at_pay):
    page.get_by_label("Numéro du compte à débiter").fill("034 99 999 02")
    page.get_by_role("button", name="Payer").click()
    expect(page.get_by_role("heading", name="Le paiement n'a pas abouti")).to_be_visible(
        timeout=30_000
    )
    then_accessible(page)
    page.get_by_role("link", name="Essayer de nouveau").click()
    page.get_by_label("Numéro du compte à débiter").fill("034 55 123 45")
    page.get_by_role("button", name="Payer").click()
    expect(page.get_by_role("heading", name="Taxe payée")).to_be_visible(timeout=30_000)
    assert [payment.state for payment in Payment.objects.order_by("pk")] == ["failed", "confirmed"]


def test_while_mvola_is_away_nothing_is_lost_and_afterwards_it_is_paid(page, site, owner_at_pay):
    site.may_fail = True  # the worker logs that nobody answers
    site.stop("sandbox")
    page.get_by_role("button", name="Payer").click()
    expect(page.get_by_text("Rien n'est encore débité")).to_be_visible()
    people.wait_for(
        lambda: (
            list(Payment.objects.get().log.values_list("state", flat=True))[:2]
            == ["sending", "created"]
        ),
        what="a first try that reaches nobody",
    )
    page.reload()
    expect(page.get_by_role("heading", name="Nous préparons votre paiement")).to_be_visible()
    then_accessible(page)

    site.start_sandbox()
    tasks.check_open()  # what the timetable does each minute; the worker does the rest
    then_paid_once(page, site)


def test_a_payment_begun_while_the_worker_is_down_goes_on_once_it_is_back(page, site, owner_at_pay):
    site.stop("worker")
    page.get_by_role("button", name="Payer").click()
    expect(page.get_by_text("Rien n'est encore débité")).to_be_visible()
    assert sandbox.transactions(site.sandbox_url) == []
    site.start_worker()
    then_paid_once(page, site)
