"""What is refused as a password, and what is not."""

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from kyc import passwords
from kyc.models import User
from tests.factories import PASSWORD


def refused(password, **user):
    try:
        validate_password(password, User(**user))
    except ValidationError as error:
        return {fault.code for fault in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse2026", "M0tDeP@sse!!", "Madagascar1960", "antananarivo101", "azertyuiop",
        "tsiky-tsiky-tsiky", "jetaimejetaime", "aaaaaaaaaaaa", "9876543210", "Vignette 2026",
        "Fianarantsoa.1",
    ],
)  # fmt: skip
def test_what_anybody_here_would_try_first_is_refused(password):
    assert refused(password)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "mangue vapeur 1947",
        "un chat sur la route",
        "Zàfy-kely-mena-77",
        "x9#kQ2!mPzv",
    ],
)
def test_words_that_have_nothing_to_do_with_one_another_are_taken(password):
    assert refused(password) == set()


def test_nobody_is_told_to_mix_signs():
    assert refused("mangue vapeur tortue") == set()


@pytest.mark.parametrize("password", ["0341234567aa", "le 034 12 345 67 !", "+261341234567"])
def test_ones_own_number_is_refused(password):
    assert refused(password, phone="+261341234567")


def test_staff_need_twelve_characters():
    assert refused("gkq-vze-31x") == set()
    assert refused("gkq-vze-31x", role="agent") == {"password_too_short"}
    assert refused("gkq-vze-31xy", role="agent") == set()


@pytest.fixture
def leaked(tmp_path, settings):
    """A file as it is downloaded: a thousand hashes in order, each with its count."""
    words = [f"mot publié {n}" for n in range(1000)]
    hashes = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path = tmp_path / "leaked.txt"
    path.write_text("".join(f"{name}:{n}\n" for n, name in enumerate(hashes)))
    settings.BREACHED_PASSWORDS = str(path)
    return words


def test_every_password_of_the_file_is_found_and_no_other(leaked):
    for word in leaked:
        assert refused(word) == {"breached"}, word
    for n in range(1000, 1300):
        assert refused(f"mot publié {n}") == set()


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_file_of_one_line_is_read(tmp_path, end):
    path = tmp_path / "one.txt"
    path.write_bytes(hashlib.sha1(b"seul").hexdigest().upper().encode() + end.encode())
    assert passwords.is_listed("seul", path)
    assert not passwords.is_listed("autre", path)


def test_without_a_file_nothing_is_looked_up(settings):
    settings.BREACHED_PASSWORDS = ""
    assert refused("mot publié 1") == set()
