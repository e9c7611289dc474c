"""ComplyAdvantage: sanctions and politically exposed persons, Mesh API v2.

It screens a name against lists and proves no identity: nothing found is clear, anything found is
for people to judge. Source: docs.mesh.complyadvantage.com (create and screen, webhooks).
"""

import base64
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings

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

SCREEN = "/v2/workflows/sync/create-and-screen"
RESULTS = {"NO_PROFILES": Finding.CLEAR, "HAS_PROFILES": Finding.ATTENTION}
# How the screening stands while it has no result. A prohibited risk skips it.
STEPS = {
    "NOT-STARTED": Finding.WAITING,
    "IN-PROGRESS": Finding.WAITING,
    "SKIPPED": Finding.ATTENTION,
    "ERRORED": Finding.UNKNOWN,
}
# A customer made by a try whose answer was lost, by its status in the service's reference.
CUSTOMERS = {
    "processing": Finding.WAITING,
    "active": Finding.CLEAR,  # nothing found, or what was found accepted by our analysts
    "closed": Finding.REFUSED,  # risk prohibited, or what was found confirmed by our analysts
}
# What our own analysts decided of what was found, in the service's own application.
DECISIONS = {"POSITIVE": Finding.CLEAR, "NEGATIVE": Finding.REFUSED, None: Finding.ATTENTION}
EVENTS = {"CASE_CREATED", "CASE_STATE_UPDATED", "CASE_STAGE_UPDATED", "CASE_TRANSITIONED"}
COUNTRY = "MG"


class ComplyAdvantage:
    """The service; `deadline` is in seconds, for all that one verb says."""

    code = "comply_advantage"
    label = "ComplyAdvantage"
    needs: ClassVar[frozenset[str]] = frozenset()
    configured_by: ClassVar[tuple[str, ...]] = (
        "COMPLY_ADVANTAGE_BASE_URL",
        "COMPLY_ADVANTAGE_REALM",
        "COMPLY_ADVANTAGE_USERNAME",
        "COMPLY_ADVANTAGE_PASSWORD",
        "COMPLY_ADVANTAGE_SCREENING",
        "COMPLY_ADVANTAGE_WEBHOOK_SECRET",
    )

    def __init__(self, *, deadline: float = http.DEADLINE) -> None:
        self.deadline = deadline
        self.account = http.Realm(
            "/v2/token",
            settings.COMPLY_ADVANTAGE_USERNAME,
            settings.COMPLY_ADVANTAGE_PASSWORD,
            settings.COMPLY_ADVANTAGE_REALM,
        )

    def ask(self, inquiry: Inquiry, *, keep: Keep) -> Verdict:
        """Create and screen, under our reference: sent again, the same workflow is taken up."""
        talk, body = self._talk(), _question(inquiry)
        answer = self.account.call(
            talk,
            lambda bearer: talk.post(SCREEN, headers=_headers(bearer), body=body),
            refused=_is_expired,
        )
        if answer.is_success:
            return _verdict(answer.fields, keep)
        if answer.status == 409:
            # An earlier try got through, and its workflow is not told of any more.
            if known := token(answer.fields.get("existing_customer_identifier")):
                keep({"customer": known})
            raise NoAnswer("ComplyAdvantage knows this question already")
        return refused("ComplyAdvantage", answer, _error(answer))

    def fetch(self, inquiry: Inquiry) -> Verdict:
        """Ask for the workflow, or for the customer a lost one has made. See Checker.fetch."""
        if key := inquiry.given.get("workflow"):
            said = self._get(f"/v2/workflows/{quote(key, safe='')}")
            if said.get("workflow_instance_identifier") != key:
                raise NoAnswer("ComplyAdvantage answered about another workflow")
            return _verdict(said, lambda given: None)
        if key := inquiry.given.get("customer"):
            status = plain(self._get(f"/v2/customers/{quote(key, safe='')}").get("status"), 40)
            finding = CUSTOMERS.get(status.casefold(), Finding.UNKNOWN)
            return Verdict(finding, words=f"customer {status}", reference=key)
        raise NotKnown("no workflow is known")

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Our reference, and what was decided of a case: the signature covers all of it.

        Signed as Standard Webhooks v1 says, without its prefix of the secret.
        """
        key, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not (moment.isascii() and moment.isdigit()):
            raise Forged("signed at no moment that can be read")
        given = [
            entry.removeprefix("v1,")
            for entry in headers.get("webhook-signature", "").split()[:8]
            if entry.startswith("v1,")
        ]
        signing.require(_secret(), f"{key}.{moment}.".encode() + body, *given)
        signing.require_fresh(float(moment))
        said = http.parse(body)
        return _notice(said if isinstance(said, dict) else {})

    def _get(self, path: str) -> dict[str, Any]:
        """Ask for `path`. A question not sent is a question not answered: raises NoAnswer only."""
        talk = self._talk()
        try:
            answer = self.account.call(
                talk, lambda bearer: talk.get(path, headers=_headers(bearer)), refused=_is_expired
            )
        except NotSent as failure:
            raise NoAnswer(str(failure)) from failure
        if answer.status != 200:
            raise NoAnswer(f"ComplyAdvantage answered {answer.status}")
        return answer.fields

    def _talk(self) -> http.Conversation:
        return http.Conversation(settings.COMPLY_ADVANTAGE_BASE_URL, seconds=self.deadline)


def _is_expired(answer: http.Answer) -> bool:
    return answer.status == 401


def _headers(bearer: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}


def _secret() -> bytes:
    """256 bits in standard base64; unreadable, nothing is genuine."""
    try:
        return base64.b64decode(settings.COMPLY_ADVANTAGE_WEBHOOK_SECRET, validate=True)
    except ValueError:
        return b""


def _question(inquiry: Inquiry) -> dict[str, Any]:
    person = inquiry.applicant
    customer: dict[str, Any] = {
        "external_identifier": inquiry.reference,
        "person": {"last_name": person.surname},
        "nationality": [COUNTRY],
    }
    if person.given_names:
        customer["person"]["first_name"] = person.given_names
    if born := person.birth_date:
        customer["date_of_birth"] = {"day": born.day, "month": born.month, "year": born.year}
    return {
        "customer": customer,
        "configuration": {
            "screening_configuration_identifier": settings.COMPLY_ADVANTAGE_SCREENING
        },
        "monitoring": {"entity_screening": {"enabled": False}},
    }


def _verdict(said: dict[str, Any], keep: Keep) -> Verdict:
    """What the step of screening says; the steps after it are the service's own business."""
    key = token(said.get("workflow_instance_identifier"))
    if not key:
        raise NoAnswer("ComplyAdvantage answered without a workflow to ask for")
    keep({"workflow": key})
    steps = said.get("step_details")
    step = steps.get("customer-screening") if isinstance(steps, dict) else None
    if not isinstance(step, dict):
        return Verdict(Finding.UNKNOWN, words="no screening", reference=key)
    output = step.get("step_output")
    output = output if isinstance(output, dict) else {}
    status = plain(step.get("status"), 40)
    words = plain(output.get("screening_result"), 40) if status == "COMPLETED" else status
    table = RESULTS if status == "COMPLETED" else STEPS
    kinds = output.get("aml_types")
    return Verdict(
        table.get(words, Finding.UNKNOWN),
        words=words,
        reference=key,
        evidence={"aml_types": kinds if isinstance(kinds, list) else []},
    )


def _notice(said: dict[str, Any]) -> Notice:
    customer, stage = said.get("customer"), said.get("case_stage")
    reference = token(customer.get("external_identifier")) if isinstance(customer, dict) else ""
    if said.get("webhook_type") not in EVENTS or not reference:
        raise ValueError("an event that is not about somebody's case")
    if not isinstance(stage, dict):
        return Notice(reference=reference)
    decision = stage.get("decision_type")
    finding = DECISIONS.get(decision if isinstance(decision, str) else None, Finding.UNKNOWN)
    words = plain(stage.get("display_name"), 100) or plain(decision, 40)
    return Notice(reference, verdict=Verdict(finding, words=words, evidence={"decision": decision}))


def _error(answer: http.Answer) -> str:
    return plain(answer.fields.get("error") or answer.fields.get("message"), 100)
