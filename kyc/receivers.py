"""What libraries tell: of sign-ins, sessions and addresses for the log, of readers that start."""

import logging

from allauth.account.signals import email_changed, email_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django_q.signals import post_spawn

from kyc import alerts, ocr
from kyc.models import User
from project.audit import chain
from project.lib.queue import READING, is_worker_of
from project.lib.sessions import expired

log = logging.getLogger("hetra.worker")


@receiver(user_logged_in)
def signed_in(user, **_kwargs):
    """Somebody signed in. Staff still have their second factor before them."""
    chain.witness("login.passed", by=user, about=user)


@receiver(user_logged_out)
def signed_out(user, **_kwargs):
    """Somebody signed out; nobody in particular if their session had ended already."""
    if user:
        chain.witness("login.ended", by=user, about=user)


@receiver(user_login_failed)
def refused(credentials, **_kwargs):
    """A wrong password, or no such account: what was typed is kept as a keyed hash."""
    typed = next((credentials[key] for key in ("phone", "email") if credentials.get(key)), "")
    account = User.objects.reached_at(typed) if typed else None
    chain.witness("login.failed", by=None, about=account, login=chain.fingerprint(typed))


@receiver(expired)
def session_expired(user, **_kwargs):
    """A session was too old, or had lain idle: nobody ended it but time."""
    chain.witness("session.expired", by=None, about=user)


@receiver(post_spawn)
def reader_started(**_kwargs):
    """A process that will read papers loads the models, and keeps them: no paper waits for them."""
    if not is_worker_of(READING):
        return
    try:
        ocr.load()
    except Exception:
        # A process that cannot start is started again for ever; papers end as unread by themselves.
        log.exception("the models could not be loaded")


# allauth's page of addresses runs in one transaction (project/urls.py): so do these.


@receiver(email_changed)
def address_changed(user, from_email_address, **_kwargs):
    """Another of somebody's addresses is the one we write to."""
    alerts.tell("email_changed", user, also=[getattr(from_email_address, "email", "")])
    chain.record("email.changed", by=user, about=user)


@receiver(email_removed)
def address_removed(user, email_address, **_kwargs):
    """Somebody took an address away from their account: it is told so, if it was confirmed."""
    if email_address.verified:
        alerts.tell("email_dropped", user, also=[email_address.email])
    chain.record("email.dropped", by=user, about=user)
