"""Telling somebody that what protects their account has changed, wherever they can be reached."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse

from kyc import limits
from notify import messages
from notify.models import Message


@transaction.atomic
def tell(what: str, user: Any, *, also: Iterable[str] = ()) -> None:
    """Say what happened to an account, and what to do if its owner did not do it.

    `what` is a case of `templates/notify/_account_changed.sms.txt`. `also` are phones and
    addresses beside those of the account: whoever takes it over must not be the only one told.
    """
    said = {"what": what, "page": reverse("kyc:session_list")}
    messages.send("account_changed", to=user, **said)
    for address in {each for each in also if each} - {user.phone, user.email}:
        channel = Message.Channel.EMAIL if "@" in address else Message.Channel.SMS
        messages.send_to("account_changed", channel, to=user, address=address, **said)


def tell_of_failure(user: Any) -> None:
    """Say that a second factor was wrong: once an hour, however often it is tried."""
    if not limits.take("factor_notice", str(user.pk)):
        tell("factor_failed", user)
