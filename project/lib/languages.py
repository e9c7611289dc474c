"""Remembering in which language somebody reads."""

from django.conf import settings
from django.http import HttpResponseBase


def remember(response: HttpResponseBase, language: str) -> None:
    """Keep the language in a cookie of this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        httponly=True,
    )
