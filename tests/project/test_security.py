"""What docs/security.md promises is there, and every page carries its headers."""

import re

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from project.settings import base as production
from tests.factories import UserFactory

PAGE = settings.ROOT / "docs" / "security.md"


def test_every_test_that_is_named_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    there = {
        name
        for file in (settings.ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.M)
    }
    assert len(named) > 50
    assert named - there == set()


def test_every_file_that_is_named_exists():
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:kyc|fleet|taxes|project|tests)/[\w/]+\.py)`", text))
    assert named
    assert {file for file in named if not (settings.ROOT / file).exists()} == set()


@pytest.mark.django_db
def test_every_page_carries_the_policy(client, login):
    login(UserFactory())
    pages = [reverse("home"), reverse("taxes:dashboard"), reverse("kyc:privacy"), "/rien/"]
    for page in pages:
        answer = client.get(page)
        policy = answer.headers["Content-Security-Policy"]
        assert "'nonce-" in policy or "script-src 'self'" in policy, page
        assert "unsafe" not in policy
        for directive in ("object-src", "base-uri", "frame-ancestors"):
            assert f"{directive} 'none'" in policy, page
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.django_db
def test_browsers_are_told_to_keep_to_https_for_a_year(client):
    with override_settings(
        SECURE_HSTS_SECONDS=production.SECURE_HSTS_SECONDS,
        SECURE_HSTS_INCLUDE_SUBDOMAINS=production.SECURE_HSTS_INCLUDE_SUBDOMAINS,
    ):
        told = client.get("/", secure=True).headers["Strict-Transport-Security"]
    assert int(re.search(r"max-age=(\d+)", told)[1]) >= 365 * 24 * 3600
    assert "includeSubDomains" in told
