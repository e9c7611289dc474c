"""Telling people things, in their language, by every channel they gave us."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from notify import gateways
from notify.gateways.base import GatewayDown, NoAnswer
from notify.models import Message
from project.lib.queue import enqueue

logger = logging.getLogger(__name__)

Channel, State = Message.Channel, Message.State
ATTEMPTS = 5
# Outside the alphabet of SMS (GSM 03.38): one of them would cut a text at 70 characters, not 160.
SMS_SPACES = {0x00A0: " ", 0x202F: " "}


@transaction.atomic
def send(template: str, *, to: Any, **context: Any) -> list[Message]:
    """Write to an account by SMS and by e-mail; it leaves once the current transaction commits.

    The wording is `templates/notify/<template>.sms.txt` and `.email.txt`, whose first line is the
    subject. A message without a template for a channel is not sent by it.
    """
    ways = [(Channel.SMS, to.phone), (Channel.EMAIL, to.email)]
    return [
        message
        for channel, address in ways
        if address and (message := _write(template, channel, address, to, context))
    ]


@transaction.atomic
def send_code(
    template: str, channel: str, *, to: Any | None, address: str, code: str, language: str = ""
) -> Message | None:
    """Send a one-time code to an address being confirmed. It is wiped from our rows once sent.

    `language` is for somebody who has no account yet.
    """
    said = {"code": code}
    return _write(template, channel, address, to, said, is_secret=True, language=language)


@transaction.atomic
def send_to(
    template: str, channel: str, *, to: Any | None, address: str, **context: Any
) -> Message | None:
    """Write to one address, which may belong to no account we know."""
    return _write(template, channel, address, to, context)


def _write(
    template: str,
    channel: str,
    address: str,
    recipient: Any,
    context: dict[str, Any],
    *,
    is_secret: bool = False,
    language: str = "",
) -> Message | None:
    language = recipient.language if recipient else language or settings.LANGUAGE_CODE
    with override(language):
        try:
            text = render_to_string(
                f"notify/{template}.{channel}.txt",
                context | {"recipient": recipient, "site": settings.SITE_URL},
            ).strip()
        except TemplateDoesNotExist:
            return None
    if channel == Channel.SMS:
        text = text.translate(SMS_SPACES)
    subject, _, body = text.partition("\n") if channel == Channel.EMAIL else ("", "", text)
    message = Message.objects.create(
        recipient=recipient,
        channel=channel,
        to=address,
        template=template,
        subject=subject.strip(),
        body=body.strip(),
        is_secret=is_secret,
    )
    enqueue("notify.tasks.deliver", message.pk)
    return message


def claim(message_id: int) -> Message | None:
    """Take a message that has not left, counting the attempt before it is made."""
    claimed = Message.objects.filter(
        pk=message_id, state=State.QUEUED, attempts__lt=ATTEMPTS
    ).update(state=State.SENDING, attempts=F("attempts") + 1)
    return Message.objects.get(pk=message_id) if claimed else None


def deliver(message: Message) -> None:
    """Hand a claimed message over. Raises GatewayDown when nobody took it and it may be retried."""
    try:
        gateway, reference = (
            _by_sms(message) if message.channel == Channel.SMS else _by_email(message)
        )
    except NoAnswer as silence:
        # It may have left: sending again could tell people twice.
        logger.warning("message %s: %s", message.pk, silence)
        gateway, reference = "?", ""
    except GatewayDown:
        last = message.attempts >= ATTEMPTS
        message.state = State.FAILED if last else State.QUEUED
        if last:
            _forget_secret(message)
        message.save(update_fields=["state", "subject", "body"])
        raise
    message.state, message.sent_at = State.SENT, timezone.now()
    message.gateway, message.gateway_reference = gateway, reference
    _forget_secret(message)
    message.save(
        update_fields=["state", "sent_at", "gateway", "gateway_reference", "subject", "body"]
    )


def _forget_secret(message: Message) -> None:
    if message.is_secret and not settings.DEMO:
        message.subject = message.body = ""


def _by_sms(message: Message) -> tuple[str, str]:
    for gateway in gateways.enabled():
        try:
            reference = gateway.send(to=message.to, body=message.body, reference=f"m{message.pk}")
        except GatewayDown as failure:
            logger.warning("%s did not take message %s: %s", gateway.code, message.pk, failure)
        else:
            return gateway.code, reference
    raise GatewayDown(f"no gateway took message {message.pk}")


def _by_email(message: Message) -> tuple[str, str]:
    try:
        EmailMessage(message.subject, message.body, to=[message.to]).send()
    except OSError as failure:  # smtplib's own errors are OSError too
        raise GatewayDown(f"mail: {failure}") from failure
    return "email", ""


@transaction.atomic
def resume() -> None:
    """Queue again what could not leave, and free what a killed worker held. Runs every minute."""
    stuck = timezone.now() - timedelta(minutes=5)
    for message in Message.objects.filter(state=State.SENDING, created_at__lt=stuck):
        message.state = State.FAILED
        _forget_secret(message)
        message.save(update_fields=["state", "subject", "body"])
    for message_id in Message.objects.queued().filter(attempts__gt=0).values_list("pk", flat=True):
        enqueue("notify.tasks.deliver", message_id)
