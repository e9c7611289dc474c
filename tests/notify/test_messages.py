"""Writing to people: by which ways, in which language, and what happens when it does not leave."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from notify import messages, tasks
from notify.gateways.base import GatewayDown, NoAnswer
from notify.models import Message
from tests import queued
from tests.factories import (
    IdentityCaseFactory,
    MessageFactory,
    NoticeFactory,
    PaymentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

State = Message.State


class First:
    """A gateway that does what the test says."""

    code = "first"
    does: list = []
    sent: list = []

    def send(self, *, to, body, reference):
        type(self).sent.append((to, body, reference))
        act = self.does.pop(0) if self.does else None
        if act:
            raise act
        return f"{self.code}-{reference}"


class Second(First):
    code = "second"
    does: list = []
    sent: list = []


@pytest.fixture(autouse=True)
def gateways(settings):
    settings.SMS_GATEWAYS = ["tests.notify.test_messages.First"]
    for gateway in (First, Second):
        gateway.does, gateway.sent = [], []
    return First, Second


@pytest.fixture
def both(settings):
    settings.SMS_GATEWAYS = [f"tests.notify.test_messages.{name}" for name in ("First", "Second")]


def deliver(message):
    tasks.deliver(message.pk)
    message.refresh_from_db()
    return message


# --- Writing --------------------------------------------------------------------------------------


def test_people_are_written_to_by_every_way_they_gave():
    case = IdentityCaseFactory(citizen__mailed=True)
    messages.send("case_submitted", to=case.citizen, case=case)
    sms, email = Message.objects.order_by("-channel")
    assert (sms.to, email.to) == (case.citizen.phone, case.citizen.email)
    assert (sms.subject, bool(email.subject)) == ("", True)
    assert case.reference in sms.body
    assert case.reference in email.body
    assert len(queued.waiting()) == 2


def test_whoever_has_no_address_gets_no_mail_and_whoever_has_no_phone_no_sms():
    case = IdentityCaseFactory(citizen__phone=None, citizen__mailed=True)
    messages.send("case_submitted", to=case.citizen, case=case)
    assert Message.objects.get().channel == "email"


def test_a_message_is_in_the_language_of_its_reader():
    spoken = {}
    for language in ("fr", "en", "mg"):
        case = IdentityCaseFactory(citizen__language=language)
        with override("fr"):
            (message,) = messages.send("case_submitted", to=case.citizen, case=case)
        spoken[language] = message.body.replace(case.reference, "")
    assert "votre dossier" in spoken["fr"]
    assert "your" in spoken["en"].lower()
    assert len(set(spoken.values())) == 3


def test_a_way_without_wording_is_not_used():
    assert messages.send_to("unknown_account", "sms", to=None, address="+261341234567")
    assert (
        messages.send_to("account_already_exists", "sms", to=None, address="+261341234567") is None
    )


@pytest.mark.parametrize("template", ["payment_confirmed", "payment_failed", "payment_in_excess"])
def test_messages_about_money_name_amount_and_plate_and_never_a_whole_phone(template):
    payment = PaymentFactory(phone="+261349876543")
    for message in messages.send(template, to=payment.by, payment=payment, receipt="2026-000001"):
        assert "105" in message.body
        assert str(payment.notice.vehicle) in message.body
        assert "9876543" not in message.body.replace(" ", "")


@pytest.mark.parametrize("template", ["case_submitted", "case_approved", "case_rejected"])
def test_messages_about_an_identity_hold_nothing_of_the_card(template):
    case = IdentityCaseFactory(rejected=True, citizen__mailed=True)
    for message in messages.send(template, to=case.citizen, case=case):
        text = message.subject + message.body
        assert case.number not in text
        assert case.surname not in text


def test_what_somebody_typed_cannot_add_a_line_to_a_mails_head():
    case = IdentityCaseFactory(rejected=True, citizen__mailed=True)
    case.reason = "Non.\nBcc: everybody@example.mg"
    for message in messages.send("case_rejected", to=case.citizen, case=case):
        deliver(message)
    assert mail.outbox[0].bcc == []
    assert "\n" not in mail.outbox[0].subject


# --- Leaving --------------------------------------------------------------------------------------


def test_a_text_message_leaves_by_the_gateway():
    message = deliver(MessageFactory())
    assert (message.state, message.gateway) == (State.SENT, "first")
    assert message.gateway_reference == f"first-m{message.pk}"
    assert message.sent_at
    assert First.sent == [("+261341234567", "Bonjour", f"m{message.pk}")]


def test_a_mail_leaves_by_mail():
    message = deliver(MessageFactory(by_email=True))
    assert (message.state, message.gateway) == (State.SENT, "email")
    assert mail.outbox[0].to == ["rabe@example.mg"]


@pytest.mark.parametrize("state", ["sending", "sent", "failed"])
def test_what_has_left_or_is_leaving_is_not_sent_again(state):
    fields = {"sent_at": timezone.now()} if state == "sent" else {}
    deliver(MessageFactory(state=state, **fields))
    assert First.sent == []


def test_sending_twice_sends_once():
    message = MessageFactory()
    deliver(message)
    deliver(message)
    assert len(First.sent) == 1


def test_where_one_gateway_is_down_the_next_is_tried(both):
    First.does = [GatewayDown("refused")]
    message = deliver(MessageFactory())
    assert (message.state, message.gateway) == (State.SENT, "second")
    assert len(Second.sent) == 1


def test_an_answer_that_did_not_come_is_not_sent_by_another_gateway_nor_again(both):
    First.does = [NoAnswer("read timeout")]
    message = deliver(MessageFactory())
    assert (message.state, message.gateway) == (State.SENT, "?")
    messages.resume()
    deliver(message)
    assert len(First.sent) == 1
    assert Second.sent == []


def test_what_nobody_took_waits_and_is_tried_again():
    First.does = [GatewayDown("refused")]
    message = deliver(MessageFactory())
    assert (message.state, message.attempts, message.sent_at) == (State.QUEUED, 1, None)
    queued.forget()
    tasks.resume()
    assert queued.waiting() == [("notify.tasks.deliver", (message.pk,))]
    queued.work()
    message.refresh_from_db()
    assert message.state == State.SENT


def test_what_has_its_own_task_is_not_queued_a_second_time():
    case = IdentityCaseFactory()
    messages.send("case_submitted", to=case.citizen, case=case)
    messages.resume()
    assert len(queued.waiting()) == 1


def test_after_five_tries_it_is_given_up_and_seen_to_be():
    First.does = [GatewayDown("refused")] * 9
    message = MessageFactory()
    for _ in range(7):
        deliver(message)
    assert (message.state, message.attempts) == (State.FAILED, 5)
    assert len(First.sent) == 5


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionRefusedError("no"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPRecipientsRefused({}),
        TimeoutError("slow"),
    ],
)
def test_mail_that_does_not_leave_waits(monkeypatch, failure):
    def send(self):
        raise failure

    monkeypatch.setattr("notify.messages.EmailMessage.send", send)
    message = deliver(MessageFactory(by_email=True))
    assert (message.state, message.attempts) == (State.QUEUED, 1)


def test_a_worker_killed_while_sending_does_not_send_twice():
    message = MessageFactory(state="sending", attempts=1)
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    tasks.resume()
    queued.work()
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert First.sent == []


# --- Secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_demo", "kept"), [(True, "123456"), (False, "")])
def test_a_code_that_has_left_is_kept_in_the_demo_only(settings, is_demo, kept):
    settings.DEMO = is_demo
    user = UserFactory()
    message = messages.send_code("code", "sms", to=user, address=user.phone, code="123456")
    assert "123456" in message.body
    deliver(message)
    assert kept in message.body
    assert bool(message.body) == is_demo
    assert "123456" in First.sent[0][1]


def test_a_code_that_could_not_leave_is_not_kept_for_ever(settings):
    settings.DEMO = False
    First.does = [GatewayDown("refused")] * 5
    user = UserFactory()
    message = messages.send_code("code", "sms", to=user, address=user.phone, code="123456")
    for _ in range(5):
        deliver(message)
    assert message.state == State.FAILED
    assert "123456" not in message.body


def test_a_code_in_the_hands_of_a_killed_worker_is_not_kept_either(settings):
    settings.DEMO = False
    message = MessageFactory(state="sending", is_secret=True, body="123456")
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    tasks.resume()
    message.refresh_from_db()
    assert (message.state, message.body) == (State.FAILED, "")


def test_other_messages_are_kept_as_they_were_read(settings):
    settings.DEMO = False
    message = deliver(MessageFactory(body="Votre reçu"))
    assert message.body == "Votre reçu"


def test_the_task_of_a_code_names_its_row_and_not_the_code():
    user = UserFactory()
    messages.send_code("code", "sms", to=user, address=user.phone, code="123456")
    assert "123456" not in str(queued.waiting())


def test_the_database_refuses_a_message_that_left_at_no_time():
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(state="sent")


def test_nothing_is_written_where_the_act_is_undone():
    notice = NoticeFactory()
    holder = notice.vehicle.holdings.get().holder
    with transaction.atomic():
        messages.send_code("code", "sms", to=holder, address=holder.phone, code="1")
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert queued.waiting() == []
