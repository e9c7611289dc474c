"""The words we share with services that check identities. Nothing here touches the database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, ClassVar, Protocol

from project.lib.http import Answer, NoAnswer, NotSent

__all__ = [
    "Applicant",
    "Checker",
    "Finding",
    "Forged",
    "Inquiry",
    "NoAnswer",
    "NotKnown",
    "NotSent",
    "Notice",
    "Picture",
    "Verdict",
    "plain",
    "refused",
    "token",
]


class Finding(Enum):
    """What a service makes of somebody, in our words."""

    WAITING = "waiting"  # it holds the question and will say later
    CLEAR = "clear"  # it found nothing wrong
    ATTENTION = "attention"  # it found something that people must look at
    REFUSED = "refused"  # it says that this is not genuine; people still decide
    UNKNOWN = "unknown"  # it could not say, or said what we do not understand


class NotKnown(Exception):
    """The service certainly holds nothing under our name: it may be asked anew."""


class Forged(Exception):
    """A callback that the service has not signed, or signed too long ago."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One photograph: `side` is front, back or selfie; our own re-encoded JPEG."""

    side: str
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who is asked about. `paper` is cin, passport or resident_card; `phone` is in E.164."""

    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    paper: str
    number: str = field(repr=False)
    phone: str = field(repr=False)
    email: str = field(default="", repr=False)
    pictures: tuple[Picture, ...] = ()

    def picture(self, side: str) -> bytes:
        """The picture of a side, b"" where there is none."""
        return next((picture.jpeg for picture in self.pictures if picture.side == side), b"")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question to one service.

    `reference` is ours, unique to the question, of letters, digits and `-` only: the service never
    learns which file of ours it stands for. `callback_url` is where it may bring its answer.
    `given` holds whatever names the service has given to its own things for this question so far.
    """

    reference: str
    applicant: Applicant
    callback_url: str
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a service says, in our words, with what it said it from.

    `words` are the service's own, for the staff. `reference` is its name of the answer. `evidence`
    is what it looked at and found, as JSON; it may be personal data. `is_trial` is what the
    service says of itself: an answer of a trial system is worth nothing.
    """

    finding: Finding
    words: str = ""
    reference: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What a signed callback is about: our `reference`, or else the service's own.

    `verdict` only where the signature covers it and the service offers no better way to ask;
    otherwise the callback is a hint to go and ask.
    """

    reference: str = ""
    service_reference: str = ""
    verdict: Verdict | None = None


# Called with each name the service gives, as soon as it gives it: should the rest of the question
# fail, the next try goes on from there.
Keep = Callable[[dict[str, str]], None]


class Checker(Protocol):
    """How we talk to one service. It translates words and decides nothing."""

    code: str
    label: str
    # What of somebody's pictures it cannot do without.
    needs: ClassVar[frozenset[str]]
    # The settings without which it cannot be spoken to.
    configured_by: ClassVar[tuple[str, ...]]

    def ask(self, inquiry: Inquiry, *, keep: Keep) -> Verdict:
        """Put the question. Asked again with the same inquiry, a service that can tell does not
        begin anew.

        UNKNOWN: the service was reached and will not answer this question however often it is
        put. Raises NotSent where it was certainly not taken in hand (it may be put again), and
        NoAnswer for everything else: it is then looked up, not put again.
        """

    def fetch(self, inquiry: Inquiry) -> Verdict:
        """Ask what became of a question. Changes nothing there, may be repeated.

        Raises NoAnswer, or NotKnown where the service certainly has no such question.
        """

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """What a callback is about; `headers` have names in small letters.

        Raises Forged unless the service signed it, ValueError where it is signed and senseless.
        """


def token(value: object) -> str:
    """An identifier given by a service, or "" unless it can go in an address and a database."""
    if isinstance(value, str) and re.fullmatch(r"(?!\.{1,2}\Z)[!-~]{1,128}", value):
        return value
    return ""


def plain(value: object, limit: int = 200) -> str:
    """A service's text made fit to keep and to show: one line, printable, not too long."""
    text = value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: limit * 2]).split())[
        :limit
    ]


# What a service answers to a request it will never take, however often it is sent.
REFUSALS = {400, 404, 413, 415, 422}
# What it answers before having looked at the request.
TURNED_AWAY = {401, 402, 403, 429, 503}


def refused(service: str, answer: Answer, why: str) -> Verdict:
    """What an answer to a question means that is no success. `why` is the service's own error.

    Raises NotSent where the request was turned away at the door, NoAnswer where nothing is sure.
    """
    if answer.status in REFUSALS and why:
        return Verdict(Finding.UNKNOWN, words=plain(f"{answer.status} {why}"))
    if answer.status in TURNED_AWAY and why:
        raise NotSent(f"{service} turned us away: {answer.status}")
    raise NoAnswer(f"{service} answered {answer.status}")
