"""The pages about taxes, as each audience meets them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fleet.models import Holding
from taxes import notices, payments, receipts
from taxes.models import Payment, Scan
from tests import queued
from tests.factories import (
    IdentityCaseFactory,
    NoticeFactory,
    PaymentFactory,
    ReceiptFactory,
    TariffFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
)
from tests.htmx import Page
from tests.operator import paid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]

HTMX = {"HX-Request": "true"}


def url(name, *args):
    return reverse(f"taxes:{name}", args=args)


def holder_of(notice):
    return notice.vehicle.holdings.get().holder


def text(response):
    return Page(response).text()


def cost(client, address):
    """How many questions a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# --- « Mon espace » -------------------------------------------------------------------------------


def test_a_new_citizen_is_told_where_to_begin(client, login):
    login(UserFactory())
    page = client.get(url("dashboard"))
    assert "À commencer" in text(page)
    assert reverse("fleet:declare") not in page.text


def test_each_vehicle_shows_what_it_owes_and_what_to_do(client, login):
    person = UserFactory()
    TariffFactory()
    paid_notice = NoticeFactory(vehicle__holder=person, paid=True)
    exempt = NoticeFactory(vehicle__holder=person, exempt=True)
    owing = VehicleFactory(holder=person)
    login(person)
    page = client.get(url("dashboard"))
    assert url("windscreen", paid_notice.pk) in page.text
    assert url("windscreen", exempt.pk) in page.text
    assert url("pay", owing.notices.get().pk) in page.text
    assert "105\u202f000\u00a0Ar" in page.text


def test_my_space_costs_the_same_with_one_vehicle_and_with_twenty(client, login):
    person = UserFactory()
    TariffFactory()
    IdentityCaseFactory(citizen=person, approved=True)
    login(person)

    def with_more(vehicles):
        VehicleFactory.create_batch(vehicles, holder=person)
        VehicleCaseFactory.create_batch(vehicles, citizen=person, waiting=True)
        client.get(url("dashboard"))  # the first look issues the notices
        return cost(client, url("dashboard"))

    assert with_more(1) == with_more(19) <= 14


def test_a_vehicle_not_yet_in_circulation_says_that_nothing_is_due(client, login):
    person = UserFactory()
    TariffFactory()
    vehicle = VehicleFactory(
        holder=person, first_registration=date(notices.current_year() + 1, 1, 1)
    )
    login(person)
    assert "rien n'est dû" in text(client.get(url("vehicle", vehicle.pk)))


def test_a_vehicle_shows_every_step_of_its_tax(client, login):
    person = UserFactory()
    TariffFactory()
    vehicle = VehicleFactory(holder=person)
    login(person)
    said = text(client.get(url("vehicle", vehicle.pk)))
    for step in ("Âge", "Tranche d'âge", "8 CV", "essence", "À payer"):
        assert step in said


# --- Paying -------------------------------------------------------------------------------------


@pytest.fixture
def owing(login):
    """A notice that is owed, whose holder is signed in."""
    notice = NoticeFactory()
    login(holder_of(notice))
    return notice


FORM = {"provider": "mvola", "phone": "034 12 345 67"}


def test_paying_opens_an_attempt_and_follows_it(client, owing):
    answer = client.post(url("pay", owing.pk), FORM)
    payment = Payment.objects.get()
    assert answer.url == url("payment", payment.pk)
    assert (payment.amount, payment.phone) == (105_000, "+261341234567")
    assert (payment.by, payment.state) == (holder_of(owing), "created")


def test_two_clicks_pay_once(client, owing):
    first, second = (client.post(url("pay", owing.pk), FORM) for _ in range(2))
    assert first.url == second.url
    assert Payment.objects.count() == 1
    assert len(queued.waiting()) == 1


def test_the_back_button_leads_to_the_attempt_under_way(client, owing):
    client.post(url("pay", owing.pk), FORM)
    again = client.get(url("pay", owing.pk))
    assert again.url == url("payment", Payment.objects.get().pk)


@pytest.mark.parametrize("kind", ["paid", "exempt"])
def test_what_is_settled_cannot_be_paid(client, login, kind):
    notice = NoticeFactory(**{kind: True})
    login(holder_of(notice))
    for answer in (client.get(url("pay", notice.pk)), client.post(url("pay", notice.pk), FORM)):
        assert answer.url == url("vehicle", notice.vehicle_id)
    assert Payment.objects.filter(state="created").count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": ""},
        {"phone": "020 22 123 45"},
        {"phone": "+33612345678"},
        {"phone": "034 12"},
        {"provider": ""},
        {"provider": "sandbox"},
        {"provider": "orange"},
    ],
    ids=str,
)
def test_a_wrong_answer_is_said_and_what_was_typed_stays(client, owing, wrong):
    answer = client.post(url("pay", owing.pk), FORM | wrong)
    assert answer.status_code == 422
    assert not Payment.objects.exists()
    if wrong.get("phone"):
        assert f'value="{wrong["phone"]}"' in answer.text


def test_nothing_but_the_means_and_the_phone_can_be_posted(client, owing):
    stranger = UserFactory()
    smuggled = {
        "amount": "1", "state": "confirmed", "by": stranger.pk, "notice": 0, "secret": "x",
        "reference": "00000000-0000-0000-0000-000000000000", "operator_reference": "MV-1",
        "operator": '{"serverCorrelationId": "x"}',
    }  # fmt: skip
    client.post(url("pay", owing.pk), FORM | smuggled)
    payment = Payment.objects.get()
    assert (payment.amount, payment.state, payment.by) == (105_000, "created", holder_of(owing))
    assert (payment.operator, payment.operator_reference) == ({}, "")
    assert payment.secret != "x"


@pytest.mark.parametrize(
    "state",
    ["created", "sending", "pending", "unknown", "suspense", "failed", "expired", "confirmed"],
)
def test_the_page_of_an_attempt_asks_again_only_while_something_may_change(client, login, state):
    payment = PaymentFactory(state=state)
    login(payment.by)
    page = client.get(url("payment", payment.pk))
    asks = 'hx-trigger="every' in page.text
    assert asks == (state in ("created", "sending", "pending", "unknown"))
    assert ("ne payez pas une deuxième fois" in page.text.lower()) == (
        state in ("sending", "unknown", "suspense")
    )


def test_the_page_in_place_shows_what_a_reload_would_show(client, login):
    payment = PaymentFactory(pending=True)
    login(payment.by)
    address = url("payment", payment.pk)
    page = Page(client.get(address))
    payments.settle(payment, paid(payment))
    answer = client.get(address, headers=HTMX)
    assert "HX-Request" in answer.headers["Vary"]
    page.swap(answer)
    assert page == Page(client.get(address))
    assert "Taxe payée" in page.text("progress")
    assert 'hx-get="' not in str(page.soup.find(id="progress"))


def test_a_refused_payment_says_why_and_offers_to_try_again(client, login):
    payment = PaymentFactory(failed=True, detail="Solde insuffisant <b>")
    login(payment.by)
    page = client.get(url("payment", payment.pk))
    assert "Solde insuffisant &lt;b&gt;" in page.text
    assert url("pay", payment.notice_id) in page.text


def test_money_taken_twice_is_said_to_be_given_back(client, login):
    receipt = ReceiptFactory()
    second = PaymentFactory(confirmed=True, notice=receipt.notice)
    login(second.by)
    assert "remboursement" in text(client.get(url("payment", second.pk)))


# --- What proves it -----------------------------------------------------------------------------


def test_the_receipt_names_number_amount_and_operator(client, login):
    notice = NoticeFactory(paid=True)
    login(holder_of(notice))
    said = text(client.get(url("receipt", notice.pk)))
    for word in (str(notice.receipt), "105\u202f000\u00a0Ar".replace("\u00a0", " "), "MVola"):
        assert word.replace("\u202f", " ") in said.replace("\u202f", " ")
    assert notice.receipt.payment.phone not in said


def test_no_receipt_and_no_code_while_it_is_owed(client, owing):
    assert client.get(url("receipt", owing.pk)).status_code == 404
    assert client.get(url("windscreen", owing.pk)).url == url("vehicle", owing.vehicle_id)
    assert client.get(url("code_image", owing.pk)).status_code == 404


def test_the_code_is_drawn_and_can_be_printed(client, login):
    notice = NoticeFactory(paid=True)
    login(holder_of(notice))
    page = client.get(url("windscreen", notice.pk))
    assert "data-print" in page.text
    image = client.get(url("code_image", notice.pk))
    assert image.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in image.headers["Content-Security-Policy"]


def test_whoever_paid_keeps_the_receipt_after_selling(client, login):
    notice = NoticeFactory(paid=True)
    seller = holder_of(notice)
    Holding.objects.update(until=notice.issued_at)
    buyer = UserFactory()
    Holding.objects.create(vehicle=notice.vehicle, holder=buyer)
    login(seller)
    assert client.get(url("receipt", notice.pk)).status_code == 200
    assert client.get(url("vehicle", notice.vehicle_id)).status_code == 404


# --- The roadside -------------------------------------------------------------------------------


@pytest.fixture
def officer(login):
    person = UserFactory(officer=True)
    login(person)
    return person


def test_an_officer_reads_the_vehicle_and_never_its_holder(client, officer):
    notice = NoticeFactory(paid=True, vehicle__holder__phone="+261349876543")
    code = receipts.issue_code(notice)
    answer = client.post(url("check"), {"asked": code.token})
    said = text(answer)
    for word in ("PAYÉE", "PEUGEOT", "208", "rouge", "personnel"):
        assert word in said
    for secret in ("9876543", "98 765 43", "105"):
        assert secret not in said
    assert Scan.objects.get().by == officer


@pytest.mark.parametrize(
    ("asked", "word"), [("1234 TAB", "PLAQUE INCONNUE"), ("A" * 60, "CODE FAUX")]
)
def test_each_wrong_question_has_its_own_answer(client, officer, asked, word):
    assert word in text(client.post(url("check"), {"asked": asked}))


def test_an_officer_sees_only_their_own_checks(client, officer):
    Scan.objects.create(by=UserFactory(officer=True), plate="7777TAB", verdict="paid")
    client.post(url("check"), {"asked": "8888 TAB"})
    said = text(client.get(url("check")))
    assert "8888 TAB" in said
    assert "7777" not in said


def test_the_answer_in_place_is_the_answer_of_a_full_page(client, officer):
    asked = {"asked": NoticeFactory().vehicle.plate}
    page = Page(client.get(url("check")))
    page.swap(client.post(url("check"), asked, headers=HTMX))
    assert page.text("answer") == Page(client.post(url("check"), asked)).text("answer")
    assert "NON PAYÉE" in page.text("answer")


def test_anybody_may_check_a_code_and_learns_plate_and_year_only(client):
    notice = NoticeFactory(paid=True)
    said = text(client.post(url("code"), {"asked": receipts.issue_code(notice).token}))
    assert "CODE AUTHENTIQUE" in said
    assert str(notice.vehicle) in said
    for secret in ("PEUGEOT", "rouge", "personnel"):
        assert secret not in said


def test_the_public_cannot_look_up_plates(client):
    notice = NoticeFactory(paid=True)
    assert "CODE FAUX" in text(client.post(url("code"), {"asked": notice.vehicle.plate}))


def test_an_officer_without_second_factor_is_the_public(client, login):
    login(UserFactory(officer=True), factor=False)
    token = receipts.issue_code(NoticeFactory(paid=True)).token
    said = text(client.post(url("code"), {"asked": token}))
    assert "PEUGEOT" not in said
    assert Scan.objects.get().by is None


@pytest.mark.parametrize("path", ["/C/", "/c/"])
def test_the_address_of_a_code_minds_no_capitals(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("asked", ["", " ", "\0", "x" * 401])
def test_a_question_that_is_none_is_not_a_check(client, officer, asked):
    assert client.post(url("check"), {"asked": asked}).status_code in (200, 422)
    assert not Scan.objects.exists()


def test_content_of_a_code_is_shown_inert(client, officer):
    said = client.post(url("check"), {"asked": "<img src=x onerror=alert(1)>"}).text
    assert "<img src=x" not in said.lower()


# --- The simulator ------------------------------------------------------------------------------


def simulate(client, **fields):
    asked = {"power": "8", "energy": "petrol", "first_registration": "01/03/2015"} | fields
    return client.get(url("simulator"), asked)


def test_the_simulator_shows_amount_and_steps_to_anybody(client):
    TariffFactory()
    year = notices.current_year()
    page = simulate(client, first_registration=f"01/03/{year - 11}")
    assert "105\u202f000\u00a0Ar" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"power": "0"},
        {"power": "-8"},
        {"power": "1e3"},
        {"power": "201"},
        {"power": "8.5"},
        {"energy": "steam"},
        {"first_registration": "31/02/2015"},
        {"first_registration": "01/03/2999"},
        {"first_registration": "01/03/1899"},
        {"first_registration": "\0"},
    ],
    ids=str,
)
def test_the_simulator_says_what_it_cannot_read(client, wrong):
    TariffFactory()
    page = simulate(client, **wrong)
    assert page.status_code in (200, 422)
    assert "aria-invalid" in page.text
    assert "\u00a0Ar" not in page.text


def test_the_simulator_says_that_no_tariff_is_published(client):
    assert "pas encore publié" in text(simulate(client))


# --- The office ---------------------------------------------------------------------------------


def test_the_list_of_payments_costs_the_same_with_one_row_and_with_fifty(client, login):
    login(UserFactory(finance=True))
    ReceiptFactory()
    alone = cost(client, url("payments"))
    ReceiptFactory.create_batch(49)
    assert cost(client, url("payments")) == alone <= 12


def test_finance_sees_what_needs_a_person_and_no_full_phone(client, login):
    login(UserFactory(finance=True))
    PaymentFactory(suspense=True, detail="montant 104999", phone="+261349876543")
    page = client.get(url("payments"), {"etat": "suspense"})
    assert "montant 104999" in page.text
    assert "9876543" not in page.text.replace(" ", "")


@pytest.mark.parametrize("etat", ["", "nothing", "\0", "confirmed"])
@pytest.mark.parametrize("number", ["", "0", "-1", "999", "x", "١"])
def test_any_filter_and_any_page_number_is_answered(client, login, etat, number):
    login(UserFactory(finance=True))
    assert client.get(url("payments"), {"etat": etat, "page": number}).status_code == 200


def test_supervisors_see_how_many_wait_in_each_queue(client, login):
    login(UserFactory(supervisor=True))
    IdentityCaseFactory.create_batch(3, waiting=True)
    VehicleCaseFactory(claimed=True)
    page = client.get(url("queues"))
    first, second = page.context["queues"]
    assert {row["value"]: row["count"] for row in first["states"]}["waiting"] == 3
    assert {row["value"]: row["count"] for row in second["states"]}["claimed"] == 1


def test_the_queues_cost_the_same_however_long(client, login):
    login(UserFactory(supervisor=True))
    IdentityCaseFactory(waiting=True)
    alone = cost(client, url("queues"))
    IdentityCaseFactory.create_batch(19, waiting=True)
    assert cost(client, url("queues")) == alone <= 13
