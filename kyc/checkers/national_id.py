"""The national identity service, by a port of our own: docs/national-identity.md.

No contract of such a service is public. Whoever gets access to the real one writes what little
stands between it and this port, there or here.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kyc.checkers import signing
from kyc.checkers.base import (
    Finding,
    Forged,
    Inquiry,
    Keep,
    NoAnswer,
    Notice,
    NotKnown,
    NotSent,
    Verdict,
    plain,
    refused,
    token,
)
from project.lib import http

PATH = "/v1/verifications/"
OUTCOMES = {
    "match": Finding.CLEAR,
    "partial": Finding.ATTENTION,
    # Registers are incomplete: to be missing from one is no proof against anybody.
    "not_found": Finding.ATTENTION,
    "no_match": Finding.REFUSED,
    "cancelled": Finding.REFUSED,
    "deceased": Finding.REFUSED,
}
EVIDENCE = ("outcome", "fields", "portrait", "registry_reference", "checked_at")


class NationalId:
    """The service; `deadline` is in seconds, for all that one verb says."""

    code = "national_id"
    label = _("registre national d'identité")
    needs: ClassVar[frozenset[str]] = frozenset()
    configured_by: ClassVar[tuple[str, ...]] = (
        "NATIONAL_ID_BASE_URL",
        "NATIONAL_ID_CLIENT",
        "NATIONAL_ID_SECRET",
    )

    def __init__(self, *, deadline: float = http.DEADLINE) -> None:
        self.deadline = deadline

    def ask(self, inquiry: Inquiry, *, keep: Keep) -> Verdict:
        """Put the question under our own reference: putting it twice is putting it once."""
        body = json.dumps(_question(inquiry)).encode()
        answer = self._talk().put(
            PATH + inquiry.reference,
            headers=self._headers("PUT", inquiry.reference, body),
            body=body,
        )
        if answer.is_success:
            return _verdict(answer.fields, inquiry)
        return refused("the national identity service", answer, plain(answer.fields.get("error")))

    def fetch(self, inquiry: Inquiry) -> Verdict:
        """Ask by our reference. See Checker.fetch."""
        headers = self._headers("GET", inquiry.reference, b"")
        try:
            answer = self._talk().get(PATH + inquiry.reference, headers=headers)
        except NotSent as failure:
            raise NoAnswer(str(failure)) from failure
        if answer.status == 404 and answer.fields.get("error") == "unknown_reference":
            raise NotKnown("the national identity service has no such question")
        if not answer.is_success:
            raise NoAnswer(f"the national identity service answered {answer.status}")
        return _verdict(answer.fields, inquiry)

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """The reference of a signed callback. See Checker.read_callback."""
        moment = headers.get("x-timestamp", "")
        if not (moment.isascii() and moment.isdigit()):
            raise Forged("signed at no moment that can be read")
        signed = _signed(moment, "CALLBACK", "", body)
        signing.require(
            settings.NATIONAL_ID_SECRET, signed, headers.get("x-signature", ""), hexadecimal=True
        )
        signing.require_fresh(float(moment))
        said = http.parse(body)
        reference = token(said.get("reference")) if isinstance(said, dict) else ""
        if not reference:
            raise ValueError("a callback about nothing")
        return Notice(reference=reference)

    def _talk(self) -> http.Conversation:
        return http.Conversation(settings.NATIONAL_ID_BASE_URL, seconds=self.deadline)

    def _headers(self, method: str, reference: str, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        signed = _signed(moment, method, PATH + reference, body)
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Client": settings.NATIONAL_ID_CLIENT,
            "X-Timestamp": moment,
            "X-Signature": signing.mac(settings.NATIONAL_ID_SECRET, signed).hex(),
        }


def _signed(moment: str, method: str, path: str, body: bytes) -> bytes:
    """What is signed, either way: one line each, so that no part can pass for another."""
    return "\n".join([moment, method, path, hashlib.sha256(body).hexdigest()]).encode()


def _question(inquiry: Inquiry) -> dict[str, Any]:
    person = inquiry.applicant
    return {
        "paper": {"type": person.paper, "number": person.number},
        "person": {
            "surname": person.surname,
            "given_names": person.given_names,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        },
        "callback_url": inquiry.callback_url,
    }


def _verdict(said: dict[str, Any], inquiry: Inquiry) -> Verdict:
    if said.get("reference") != inquiry.reference:
        raise NoAnswer("the national identity service answered about another question")
    outcome = plain(said.get("outcome"), 40)
    if said.get("status") == "pending":
        return Verdict(Finding.WAITING)
    if said.get("status") != "done":
        raise NoAnswer(f"the national identity service says {plain(said.get('status'), 40)!r}")
    return Verdict(
        OUTCOMES.get(outcome, Finding.UNKNOWN),
        words=outcome,
        reference=token(said.get("registry_reference")),
        evidence={name: said[name] for name in EVIDENCE if name in said},
        is_trial=said.get("trial") is True,
    )
