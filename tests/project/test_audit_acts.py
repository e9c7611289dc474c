"""Every act leaves its event, in its own transaction, and no event holds anybody's data."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from fleet.models import VehicleCase
from kyc import documents, filing, review, staff
from kyc.models import DocumentView, IdentityCase, StaffRequest, User
from project.audit import chain, origin, verification
from project.audit.actions import STREAMS
from project.audit.completeness import EXPECTATIONS, silent
from project.audit.models import Event
from taxes import callbacks, notices, payments, receipts, scans
from taxes.models import Payment
from taxes.providers.base import Outcome, Status
from tests.factories import (
    PASSWORD,
    DocumentFactory,
    IdentityCaseFactory,
    NoticeFactory,
    PaymentFactory,
    TariffFactory,
    UserFactory,
    VehicleCaseFactory,
    VehicleFactory,
)
from tests.operator import paid

pytestmark = pytest.mark.django_db

REFUSED = Outcome(Status.REFUSED, detail="solde insuffisant")

CARD = "909876543210"
PHONE = "+261349990001"


def acts():
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


def jpeg():
    picture = io.BytesIO()
    Image.new("RGB", (900, 600), "white").save(picture, "JPEG")
    return SimpleUploadedFile("card.jpg", picture.getvalue(), "image/jpeg")


# --- Identity -----------------------------------------------------------------------------------


def test_the_life_of_a_case_is_in_the_log():
    citizen, agent = UserFactory(), UserFactory(agent=True)
    case = filing.begin(IdentityCase.objects, by=citizen)
    assert filing.begin(IdentityCase.objects, by=citizen) == case
    for side in case.sides:
        documents.receive(case, jpeg(), side=side, by=citizen)
    IdentityCase.objects.filter(pk=case.pk).update(
        **{name: getattr(IdentityCaseFactory.build(citizen=citizen), name) for name in DECLARED}
    )
    case.refresh_from_db()
    filing.submit(case, by=citizen)
    filing.submit(case, by=citizen)
    assert review.claim_next(IdentityCase, by=agent) == case
    review.release(case, by=agent)
    review.claim_next(IdentityCase, by=agent)
    case.refresh_from_db()
    documents.look(case.documents.first(), by=agent)
    review.decide(case, "approved", by=agent)
    assert acts() == [
        *["case.opened", *["document.received"] * 4, "case.submitted"],
        *["case.claimed", "case.released", "case.claimed", "document.viewed", "case.approved"],
    ]
    approved = Event.objects.get(action="case.approved")
    assert (approved.actor, approved.actor_role) == (agent.pk, "agent")
    assert (approved.object_type, approved.object_id) == ("kyc.identitycase", str(case.pk))


DECLARED = [
    *["number", "surname", "given_names", "birth_date", "birth_place", "address"],
    *["issue_date", "issue_place", "region", "paper", "sex", "nationality", "district"],
    *["commune", "fokontany", "income", "income_source"],
]


def test_a_case_left_lying_is_released_by_the_system():
    case = IdentityCaseFactory(claimed=True)
    type(case).objects.update(claimed_at=case.claimed_at - 2 * review.LEASE)
    review.release_stale()
    event = Event.objects.get()
    assert (event.action, event.actor, event.actor_role) == ("case.released", None, "")


def test_a_refused_decision_leaves_no_event():
    number = IdentityCaseFactory(approved=True).number
    case = IdentityCaseFactory(claimed=True, number=number)
    with pytest.raises(review.MoveRefused):
        review.decide(case, "approved", by=case.agent)
    assert acts() == []


def test_the_words_of_a_decision_are_kept_by_their_hash():
    case = IdentityCaseFactory(claimed=True)
    review.decide(case, "returned", by=case.agent, reason=f"Votre numéro {CARD} est flou.")
    event = Event.objects.get()
    said = chain.fingerprint(f"Votre numéro {CARD} est flou.")
    assert event.data == {"words": said, "code": "", "items": []}


def test_a_declaration_is_opened_once(client, login):
    citizen = UserFactory()
    IdentityCaseFactory(citizen=citizen, approved=True)
    login(citizen)
    for _click in range(2):
        client.post(reverse("fleet:declare"))
    assert acts().count("case.opened") == 1
    assert Event.objects.get(action="case.opened").object_type == "fleet.vehiclecase"


# --- Money and scans ----------------------------------------------------------------------------


def test_a_payment_is_in_the_log_from_start_to_code(operator):
    TariffFactory()
    vehicle = VehicleFactory()
    person = vehicle.holdings.get().holder
    notice = notices.issue(vehicle, notices.current_year())
    notices.issue(vehicle, notices.current_year())
    payment = payments.start(notice, provider="mvola", phone=person.phone, by=person)
    payments.start(notice, provider="mvola", phone=person.phone, by=person)
    payments.claim_sending(payment)
    payments.hold(payment, note="silence")
    payments.hold(payment, note="silence")
    payments.settle(payment, paid(payment))
    payments.settle(payment, paid(payment))
    assert acts() == [
        *["notice.issued", "payment.started", "payment.held"],
        *["code.issued", "receipt.issued", "payment.confirmed"],
    ]
    started = Event.objects.get(action="payment.started")
    assert started.data == {"notice": notice.pk, "amount": notice.amount}


def test_each_end_of_a_payment_has_its_event(operator):
    failed = PaymentFactory(pending=True, provider="mvola")
    payments.settle(failed, REFUSED)
    odd = PaymentFactory(pending=True, provider="mvola")
    payments.settle(odd, paid(odd, amount=odd.amount + 1))
    old = PaymentFactory(provider="mvola")
    Payment.objects.filter(pk=old.pk).update(created_at=old.created_at - 2 * payments.PATIENCE)
    payments.follow_up()
    assert acts() == ["payment.failed", "payment.suspense", "payment.expired"]


def test_a_second_payment_opens_a_refund(operator):
    payment = PaymentFactory(pending=True, provider="mvola", notice=NoticeFactory(paid=True))
    payments.settle(payment, paid(payment))
    assert acts() == ["refund.opened", "payment.confirmed"]


def test_what_fails_half_way_leaves_no_event(operator, monkeypatch):
    payment = PaymentFactory(pending=True, provider="mvola")
    monkeypatch.setattr("taxes.qr.sign", lambda claim: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        payments.settle(payment, paid(payment))
    assert acts() == []


def test_every_check_is_recorded():
    TariffFactory()
    officer, notice = UserFactory(officer=True), NoticeFactory(paid=True)
    code = receipts.issue_code(notice)
    scans.check(code.token, by=officer)
    scans.check("x" * 60, by=officer)
    scans.check(code.token, by=None)
    recorded = Event.objects.filter(stream="scan").order_by("seq")
    assert [event.actor for event in recorded] == [officer.pk, officer.pk, None]
    assert [event.data["verdict"] for event in recorded] == ["paid", "forged", "paid"]


def test_a_storm_from_strangers_is_one_event():
    for number in range(20):
        callbacks.receive("mvola", f"guess-{number}", body=b"{}", headers={})
    assert acts() == ["callback.stranger"]
    callbacks.receive("mvola", PaymentFactory().secret, body=b"{}", headers={})
    assert acts() == ["callback.stranger"]


# --- Signing in ---------------------------------------------------------------------------------


def test_signing_in_and_out_is_recorded_with_session_and_address(client):
    person = UserFactory()
    client.force_login(person)
    client.get("/")
    client.post(reverse("account_logout"))
    events = Event.objects.order_by("pk")
    assert [event.action for event in events] == ["login.passed", "login.ended"]
    left = events.last()
    assert (left.actor, left.stream) == (person.pk, "access")
    assert left.session_hash
    assert left.ip == origin.fingerprint("127.0.0.1")


def test_a_wrong_password_is_recorded_and_nobody_is_named(client):
    known = UserFactory(phone=PHONE)
    for phone in (PHONE, "+261349990002"):
        client.post(reverse("account_login"), {"login": phone, "password": PASSWORD + "x"})
    first, second = Event.objects.filter(action="login.failed").order_by("pk")
    assert (first.object_type, first.object_id) == ("kyc.user", str(known.pk))
    assert (second.object_type, second.actor) == ("", None)
    assert first.data == {"login": chain.fingerprint(PHONE)}


def test_outside_a_request_there_is_no_address():
    chain.witness("login.failed", by=None)
    event = Event.objects.get()
    assert (event.session_hash, event.ip) == ("", "")


def test_a_wrong_second_code_is_recorded(client, login):
    agent = UserFactory(agent=True)
    login(agent)
    client.post(reverse("kyc:second_factor"), {"token": "000000"})
    event = Event.objects.get(action="factor.failed")
    assert (event.actor, event.actor_role) == (agent.pk, "agent")


def test_making_somebody_of_the_staff_is_recorded(capsys):
    call_command("staff", "auditor", "--email", "a@example.mg", "--phone", "034 12 345 67")
    events = Event.objects.order_by("seq")
    acts = ["staff.made", "staff.confirmed", "staff.link"]
    assert [event.action for event in events] == acts
    assert events[0].data == {"role": "auditor"}
    assert silent_rows() == set()


def test_what_administrators_do_is_recorded():
    maker, other = UserFactory.create_batch(2, administrator=True)
    wanted = {"email": "a@example.mg", "phone": "+261341110001", "regions": ["sofia"]}
    invited = staff.invite("agent", **wanted, reason="Arrivée", by=maker)
    staff.decide(invited, "confirmed", by=other)
    person = StaffRequest.objects.get().user
    asked = staff.ask("role", person, role="finance", reason="Mutation", by=maker)
    staff.decide(asked, "confirmed", by=other)
    staff.deactivate(person, by=other)
    events = Event.objects.filter(stream="admin").order_by("seq")
    assert [(event.action, event.actor) for event in events] == [
        ("staff.asked", maker.pk),
        ("staff.made", other.pk),
        ("staff.posted", other.pk),
        ("staff.link", other.pk),
        ("staff.confirmed", other.pk),
        ("staff.asked", maker.pk),
        ("staff.confirmed", other.pk),
        ("staff.closed", other.pk),
    ]
    last = {"user": person.pk, "kind": "role", "role": "finance", "regions": []}
    assert (events[6].object_id, events[6].data) == (str(asked.pk), last)
    mine = {("staff.made", each.pk) for each in (maker, other)}
    assert silent_rows() == mine, "which no verb made"


# --- Rows without an event ----------------------------------------------------------------------


def silent_rows():
    return {
        (each.action, row.pk) for each in EXPECTATIONS for row in silent(each, None).order_by("pk")
    }


def test_what_was_done_around_the_verbs_is_found(capsys):
    """What somebody with the database's password would do: the rows alone."""
    payment = PaymentFactory(confirmed=True)
    judged = IdentityCaseFactory(approved=True)
    view = DocumentView.objects.create(document=DocumentFactory(), by=judged.agent)
    promoted = UserFactory(role="auditor")
    with pytest.raises(CommandError):
        call_command("verify_audit")
    found = capsys.readouterr().out.splitlines()
    for line in (
        f"taxes.payment {payment.pk}: no payment.confirmed in the log",
        f"kyc.identitycase {judged.pk}: no case.approved in the log",
        f"kyc.identitycase {judged.pk}: no case.claimed in the log",
        f"kyc.documentview {view.pk}: no document.viewed in the log",
        f"kyc.user {promoted.pk}: no staff.made in the log",
    ):
        assert line in found


def test_a_state_changed_by_hand_is_found(operator):
    payment = PaymentFactory(pending=True, provider="mvola")
    payments.settle(payment, REFUSED)
    Payment.objects.filter(pk=payment.pk).update(state="confirmed")
    assert ("payment.confirmed", payment.pk) in silent_rows()


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda each: each.action)
def test_every_expectation_can_be_asked(expectation):
    assert list(silent(expectation, None)) == []
    assert expectation.action in STREAMS


def test_the_expected_acts_of_both_kinds_of_case():
    for model in (IdentityCase, VehicleCase):
        expected = {each.action for each in EXPECTATIONS if each.rows().model is model}
        assert expected >= {"case.opened", "case.claimed", "case.approved", "case.rejected"}


# --- Nobody's data ------------------------------------------------------------------------------


def test_no_event_holds_anybodys_data(client, operator):
    """The acts of the other tests, done by somebody whose data are easy to find."""
    TariffFactory()
    citizen = UserFactory(phone=PHONE, email="canari@example.mg")
    client.post(reverse("account_login"), {"login": PHONE, "password": "x"})
    client.post(reverse("account_login"), {"login": PHONE, "password": PASSWORD})
    case = IdentityCaseFactory(
        claimed=True, citizen=citizen, number=CARD, surname="CANARIRAKOTO", address="LOT CANARI"
    )
    documents.look(case.documents.first(), by=case.agent)
    review.decide(case, "returned", by=case.agent, reason=f"CANARIRAKOTO {CARD} : flou")
    declared = VehicleCaseFactory(claimed=True, citizen=citizen, plate="9090TUV")
    review.decide(declared, "approved", by=declared.agent)
    declared.refresh_from_db()
    notice = notices.issue(declared.vehicle, notices.current_year())
    payment = payments.start(notice, provider="mvola", phone=PHONE, by=citizen)
    payments.claim_sending(payment)
    payments.settle(payment, paid(payment))
    code = notice.codes.get()
    scans.check(code.token, by=UserFactory(officer=True))
    scans.check("9090TUV", by=UserFactory(officer=True))
    callbacks.receive("mvola", "guess", body=PHONE.encode(), headers={})
    assert Event.objects.count() >= 10
    log = json.dumps(list(Event.objects.values()), default=str, ensure_ascii=False)
    secrets = [PHONE, PHONE[4:], CARD, "CANARI", "canari", "9090TUV", code.token, payment.secret]
    secrets += [f'"{code.serial}"', "127.0.0.1", client.session.session_key or "nobody"]
    assert [secret for secret in secrets if secret in log] == []


# --- The screens --------------------------------------------------------------------------------


def test_an_auditor_searches_the_log(client, login):
    case = IdentityCaseFactory(claimed=True)
    documents.look(case.documents.first(), by=case.agent)
    login(UserFactory(auditor=True))
    page = client.get(reverse("audit:events"), {"action": "document.viewed"})
    assert "photo consultée" in page.text
    assert f"?actor={case.agent.pk}" in page.text
    found = {
        "stream=identity": 1,
        "stream=money": 0,
        f"actor={case.agent.pk}&stream=identity": 1,
        f"about=kyc.documentview+{DocumentView.objects.get().pk}": 1,
        f"about=kyc.documentview+{DocumentView.objects.get().pk}9": 0,
        "since=2020-01-01&stream=identity": 1,
        "until=2020-01-01": 0,
    }
    for query, count in found.items():
        page = client.get(reverse("audit:events") + "?" + query)
        assert len(page.context["events"]) == count, query


@pytest.mark.parametrize("query", ["stream=x", "actor=0", "about=x", "since=x", "actor=1e9"])
def test_a_search_that_cannot_be_read_is_said_so(client, login, query):
    login(UserFactory(auditor=True))
    page = client.get(reverse("audit:events") + "?" + query)
    assert page.status_code == 422
    assert page.context["events"] == []


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²", ""])
def test_no_page_mark_breaks_the_search(client, login, before):
    login(UserFactory(auditor=True))
    assert client.get(reverse("audit:events"), {"before": before}).status_code == 200


def test_pages_follow_one_another_without_gap_or_repeat(client, login, monkeypatch):
    monkeypatch.setattr("project.audit.views.PAGE", 3)
    for _ in range(7):
        chain.witness("scan.recorded", by=None)
    login(UserFactory(auditor=True))
    seen, before = [], ""
    while before is not None:
        page = client.get(reverse("audit:events"), {"stream": "scan", "before": before})
        seen += [event.seq for event, _label in page.context["events"]]
        before = page.context["next"]
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_the_integrity_panel_says_what_was_found(client, login):
    login(UserFactory(auditor=True))
    page = client.get(reverse("audit:events"))
    assert "en retard" in page.text
    call_command("anchor_audit", verbosity=0, stdout=io.StringIO())
    verification.note(None, verification.Counter(events=3), 2)
    page = client.get(reverse("audit:events"))
    assert "en retard" not in page.text
    assert "Le journal a été altéré" in page.text


def test_a_citizen_sees_when_and_in_which_role_but_never_who(client, login):
    case, other = IdentityCaseFactory(claimed=True), IdentityCaseFactory(claimed=True)
    User.objects.filter(pk=case.agent.pk).update(email="agent.canari@example.mg")
    documents.look(case.documents.first(), by=case.agent)
    documents.look(other.documents.first(), by=other.agent)
    review.decide(case, "returned", by=case.agent, reason="Floue.")
    login(case.citizen)
    page = client.get(reverse("kyc:consultations"))
    assert [line["what"] for line in page.context["lines"]] == [
        "dossier renvoyé pour correction",
        "photo consultée",
    ]
    assert "ièce d&#x27;identité, recto" in page.text
    assert "canari" not in page.text
    assert case.agent.phone[-4:] not in page.text
