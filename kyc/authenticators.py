"""The authenticators of second factors. Their seeds are sealed, unlike django-otp's own."""

import time
from base64 import b32encode
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from project.lib.sealed import SealedCharField


def new_key() -> str:
    """A fresh seed: 160 bits, as RFC 4226 asks for, in hexadecimal."""
    return random_hex(20)


class TOTPDevice(TimestampMixin, ThrottlingMixin, Device):
    """An authenticator that shows six digits (RFC 6238). django-otp finds it as one of its own.

    Call `verify_token` on a row held by `django_otp.verify_token` or `match_token`: they lock it.
    """

    # What every authenticator has: no row differs, so these are no columns.
    step = 30  # seconds
    t0 = 0
    digits = 6
    tolerance = 1  # steps before and after: the clocks of telephones are a little off

    key = SealedCharField(max_length=80, default=new_key, help_text="the seed, in hexadecimal")
    drift = models.SmallIntegerField(default=0, help_text="steps its clock is off")
    # No code is taken twice: the next one must be of a later step.
    last_t = models.BigIntegerField(default=-1, help_text="step of the last code taken")

    class Meta:
        verbose_name = "authenticator"

    @property
    def bin_key(self) -> bytes:
        """The seed as bytes."""
        return bytes.fromhex(self.key)

    def verify_token(self, token) -> bool:
        """Whether it is the code of now, not taken before. A wrong one closes it for a moment."""
        allowed, _why = self.verify_is_allowed()
        if not allowed:
            return False
        totp = TOTP(self.bin_key, self.step, self.t0, self.digits, self.drift)
        totp.time = time.time()
        if not self._matches(totp, token):
            self.throttle_increment(commit=True)
            return False
        self.last_t = totp.t()
        self.drift = totp.drift
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def _matches(self, totp, token) -> bool:
        try:
            return totp.verify(int(token), self.tolerance, self.last_t + 1)
        except (TypeError, ValueError):
            return False

    def get_throttle_factor(self) -> int:
        """Seconds of the first pause; each further wrong code doubles it."""
        return getattr(settings, "OTP_TOTP_THROTTLE_FACTOR", 1)

    @property
    def config_url(self) -> str:
        """What an authenticator reads to be enrolled: the seed is in it. Never stored, never sent.

        Source: the Key URI Format of Google Authenticator.
        """
        issuer = settings.OTP_TOTP_ISSUER
        label = quote(f"{issuer}:{self.user.get_username() or self.user.email}")
        given = {
            "secret": b32encode(self.bin_key),
            "algorithm": "SHA1",
            "digits": self.digits,
            "period": self.step,
            "issuer": issuer,
        }
        return f"otpauth://totp/{label}?{urlencode(given)}"
