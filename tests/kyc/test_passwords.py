"""What is refused as a password, and what is not."""

import hashlib
import io
import os
from pathlib import Path

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


def sha1(word):
    return hashlib.sha1(word.encode()).hexdigest().upper()


@pytest.fixture(params=["{}:{}\r\n", "{}:{}\n", "{}\n"], ids=["as published", "counted", "bare"])
def leaked(request, tmp_path, settings):
    """A thousand hashes in order: with counts and line ends as they are downloaded, or bare."""
    words = [f"mot publié {n}" for n in range(1000)]
    lines = (
        request.param.format(name, 7**n % 99_991) for n, name in enumerate(sorted(map(sha1, words)))
    )
    path = tmp_path / "leaked.txt"
    path.write_bytes("".join(lines).encode())
    settings.BREACHED_PASSWORDS = str(path)
    return words


def test_every_password_of_the_file_is_found_and_no_other(leaked, settings):
    assert passwords.fault_of(Path(settings.BREACHED_PASSWORDS)) == ""
    for word in leaked:
        assert refused(word) == {"breached"}, word
    for n in range(1000, 1300):
        assert refused(f"mot publié {n}") == set()


class Published(io.RawIOBase):
    """A sorted list of 900 million hashes, its lines made when they are read: 41.4 GB of them."""

    LINES, WIDTH = 900_000_000, 46

    def __init__(self, word):
        self.at, self.reads, self.gap = 0, 0, 2**160 // self.LINES
        self.listed = int(sha1(word), 16)

    def line(self, number):
        value = number * self.gap
        if number == self.listed // self.gap:
            value = self.listed  # the word in place of its neighbour: the order holds
        return b"%040X:%03d\r\n" % (value, number % 1000)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=os.SEEK_SET):
        self.at = offset + (self.LINES * self.WIDTH if whence == os.SEEK_END else 0)
        return self.at

    def readinto(self, buffer):
        self.reads += 1
        left = min(len(buffer), self.LINES * self.WIDTH - self.at)
        first, skipped = divmod(self.at, self.WIDTH)
        count = (left + skipped) // self.WIDTH + 2
        found = b"".join(map(self.line, range(first, first + count)))[skipped:][:left]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)


class PathOf:
    def __init__(self, raw):
        self.raw = raw

    def open(self, _mode):
        return io.BufferedReader(self.raw, 8192)


def test_nine_hundred_million_lines_are_searched_in_forty_reads():
    published = Published("sesame-2026")
    assert passwords.is_listed("sesame-2026", PathOf(published))
    assert published.reads <= 40
    for n in range(50):
        published = Published("sesame-2026")
        assert not passwords.is_listed(f"jamais publié {n}", PathOf(published))
        assert published.reads <= 40


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([sha1("b").lower(), sha1("a").lower()], "capitals"),
        (["5BAA6:3", "5BAA7:1"], "not SHA-1"),
        (sorted(map(sha1, map(str, range(500))), reverse=True), "not sorted"),
        ([], "empty"),
    ],
    ids=["small letters", "prefixes", "by count", "empty"],
)
def test_a_file_that_would_miss_passwords_is_found_out(tmp_path, lines, said):
    path = tmp_path / "leaked.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    assert said in passwords.fault_of(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_file_of_one_line_is_read(tmp_path, end):
    path = tmp_path / "one.txt"
    path.write_bytes(hashlib.sha1(b"seul").hexdigest().upper().encode() + end.encode())
    assert passwords.is_listed("seul", path)
    assert not passwords.is_listed("autre", path)


def test_without_a_file_nothing_is_looked_up(settings):
    settings.BREACHED_PASSWORDS = ""
    assert refused("mot publié 1") == set()
