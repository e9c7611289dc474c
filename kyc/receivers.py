"""What Django tells of sign-ins, written to the log."""

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from kyc.models import User
from project.audit import chain


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
