"""The services played by the sandbox, over HTTP, and somebody to ask them about."""

import time
import uuid
from dataclasses import replace
from datetime import date

import pytest

from kyc.checkers.base import Applicant, Finding, Inquiry, NotKnown, Picture
from kyc.checkers.comply_advantage import ComplyAdvantage
from kyc.checkers.national_id import NationalId
from kyc.checkers.onfido import Onfido
from kyc.checkers.smile_id import SmileId
from project.lib import http
from tests import sandbox
from tests.ear import ear

SERVICES = [NationalId, SmileId, Onfido, ComplyAdvantage]
# Onfido wants from 2 KB of a document and 32 KB of a face. Nobody here opens the pictures; Smile ID
# is told no name, so that its sandbox goes by the end of the picture.
JPEG = b"\xff\xd8" + b"\x00" * 40_000


@pytest.fixture(scope="session")
def address():
    with sandbox.sandbox(delay=0.1) as address:
        yield address


@pytest.fixture
def services(address, settings, monkeypatch):
    """The sandbox, forgetful and faultless, with the settings that lead to it."""
    for name, value in sandbox.settings_for(address).items():
        setattr(settings, name, value)
    monkeypatch.setattr(http, "_TOKENS", {})
    sandbox.reset(address)
    return address


@pytest.fixture
def listener():
    with ear() as listener:
        yield listener


class Notebook:
    """Asks a service as the verbs do: the names it gives are kept, whatever happens then."""

    def __init__(self, checker):
        self.checker = checker
        self.given = {}

    def keep(self, names):
        self.given |= names

    def ask(self, inquiry):
        return self.checker.ask(replace(inquiry, given=dict(self.given)), keep=self.keep)

    def fetch(self, inquiry):
        return self.checker.fetch(replace(inquiry, given=dict(self.given)))

    def settled(self, inquiry):
        """Ask, then ask after it until the service has made up its mind."""
        return self.awaited(inquiry, self.ask(inquiry))

    def resumed(self, inquiry):
        """After a lost answer: ask after it, and put it again only where it is not known."""
        try:
            verdict = self.fetch(inquiry)
        except NotKnown:
            verdict = self.ask(inquiry)
        return self.awaited(inquiry, verdict)

    def awaited(self, inquiry, verdict):
        ends = time.monotonic() + 8
        while verdict.finding is Finding.WAITING:
            assert time.monotonic() < ends, "no verdict"
            time.sleep(0.05)
            verdict = self.fetch(inquiry)
        return verdict


def inquiry(surname="RAKOTO", *, callback_url="", pictures=("front", "back", "selfie"), **changes):
    """A question about somebody, who fares as their surname says."""
    person = Applicant(
        surname=surname,
        given_names="Hanitra Voahangy",
        birth_date=date(1985, 6, 25),
        paper="cin",
        number="101982076543",
        phone="+261341234567",
        email="hanitra@example.mg",
        pictures=tuple(Picture(side, JPEG + surname.encode()) for side in pictures),
    )
    return Inquiry(str(uuid.uuid4()), replace(person, **changes), callback_url)
