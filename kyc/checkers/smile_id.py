"""Smile ID: a paper and a selfie compared (document verification, job type 6), API v1.

Source: Smile ID's own client library and its published answers. The number of a Malagasy card
cannot be looked up there: its registers do not cover Madagascar.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings

from kyc.checkers import signing
from kyc.checkers.base import (
    Applicant,
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

JOB = 6
COUNTRY = "MG"
PAPERS = {"cin": "IDENTITY_CARD", "passport": "PASSPORT", "resident_card": "RESIDENT_ID"}
FILES = {"selfie": 0, "front": 1, "back": 5}  # Smile ID's numbers of kinds of pictures
# How long after it was signed a callback is still read: it is written when the job ends.
LATE = 3600.0
# The code of a finished job. Public sources agree on 0810 alone; of the others of its family only
# that they are no plain yes: people look.
LESS = ("0811", "0812", "0813", "0814", "0815", "0816", "0820", "0821", "0822")
CODES = {"0810": Finding.CLEAR} | dict.fromkeys(LESS, Finding.ATTENTION)
# What was made of each step. The code sums them up; a step that failed outright says more.
ACTIONS = {
    "Passed": Finding.CLEAR,
    "Completed": Finding.CLEAR,
    "Approved": Finding.CLEAR,
    "Verified": Finding.CLEAR,
    "Returned": Finding.CLEAR,
    "Not Applicable": Finding.CLEAR,
    "Provisionally Approved": Finding.ATTENTION,
    "Under Review": Finding.ATTENTION,
    "Unable To Determine": Finding.ATTENTION,
    "Unable to Determine": Finding.ATTENTION,
    "Issuer Unavailable": Finding.ATTENTION,
    "Not Returned": Finding.ATTENTION,
    "Failed": Finding.REFUSED,
    "Rejected": Finding.REFUSED,
    "Not Verified": Finding.REFUSED,
}
DECIDING = (
    "Verify_Document",
    "Document_Check",
    "Selfie_To_ID_Card_Compare",
    "Human_Review_Compare",
    "Human_Review_Document_Check",
    "Liveness_Check",
)


class SmileId:
    """The service; `deadline` is in seconds, for all that one verb says."""

    code = "smile_id"
    label = "Smile ID"
    needs: ClassVar[frozenset[str]] = frozenset({"front", "selfie"})
    configured_by: ClassVar[tuple[str, ...]] = (
        "SMILE_ID_BASE_URL",
        "SMILE_ID_PARTNER",
        "SMILE_ID_KEY",
    )

    def __init__(self, *, deadline: float = http.DEADLINE) -> None:
        self.deadline = deadline

    def ask(self, inquiry: Inquiry, *, keep: Keep) -> Verdict:
        """Open a job under our reference and bring its pictures where Smile ID says.

        A job cannot be opened twice: where its pictures never got there, another is opened.
        """
        opened = {"opened": str(int(inquiry.given.get("opened", "0")) + 1)}
        keep(opened)
        inquiry = replace(inquiry, given=opened)
        talk = self._talk()
        answer = self._post(talk, "/v1/upload", _opening(inquiry))
        address = answer.fields.get("upload_url")
        if not (answer.is_success and isinstance(address, str)):
            return refused("Smile ID", answer, _error(answer))
        job = token(answer.fields.get("smile_job_id"))
        keep({"job": job})
        there, path = _place(talk, address)
        headers = {"Content-Type": "application/zip"}
        brought = there.put(path, headers=headers, body=package(inquiry, address))
        if not brought.is_success:
            # The job stands open without its pictures: it will never end, and says so when asked.
            raise NoAnswer(f"Smile ID's store answered {brought.status}")
        return Verdict(Finding.WAITING, reference=job)

    def fetch(self, inquiry: Inquiry) -> Verdict:
        """Ask for the job by our reference. See Checker.fetch."""
        if "opened" not in inquiry.given:
            raise NotKnown("no job was opened")
        body = {
            "partner_id": settings.SMILE_ID_PARTNER,
            "user_id": inquiry.reference,
            "job_id": _job(inquiry),
            "image_links": False,
            "history": False,
        }
        try:
            answer = self._post(self._talk(), "/v1/job_status", body)
        except NotSent as failure:
            raise NoAnswer(str(failure)) from failure
        said = answer.fields
        if answer.status != 200:
            raise NoAnswer(f"Smile ID answered {answer.status}")
        _require_signed(said, NoAnswer)
        result = said.get("result")
        if said.get("job_complete") is not True:
            if isinstance(result, str) and "no zip" in result.casefold():
                raise NotKnown("the pictures never got there")
            return Verdict(Finding.WAITING)
        if not isinstance(result, dict) or _param(result, "job_id") != _job(inquiry):
            raise NoAnswer("Smile ID answered about another job")
        return verdict(result)

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Our reference. The signature covers a moment and our name, not the result: go and ask."""
        said = http.parse(body)
        if not isinstance(said, dict):
            raise Forged("no signature")
        _require_signed(said, Forged)
        signing.require_fresh(signing.seconds(said.get("timestamp")), within=LATE)
        if not (reference := _param(said, "user_id")):
            raise ValueError("a callback about no job")
        return Notice(reference=reference)

    def _talk(self) -> http.Conversation:
        return http.Conversation(settings.SMILE_ID_BASE_URL, seconds=self.deadline)

    def _post(self, talk: http.Conversation, path: str, body: dict[str, Any]) -> http.Answer:
        return talk.post(path, headers={"Accept": "application/json"}, body=body | signature())


def signature(moment: str = "") -> dict[str, str]:
    """What proves either side to the other, for a moment: now, unless another is given."""
    if not moment:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"timestamp": moment, "signature": signing.base64_mac(_key(), _signed(moment))}


def package(inquiry: Inquiry, address: str) -> bytes:
    """The zip that Smile ID takes: info.json and the pictures it names."""
    person = inquiry.applicant
    pictures = [side for side in FILES if person.picture(side)]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("info.json", json.dumps(_info(inquiry, pictures, address)))
        for side in pictures:
            archive.writestr(f"{side}.jpg", person.picture(side))
    return held.getvalue()


def verdict(result: dict[str, Any]) -> Verdict:
    """What a finished job says: its code, and no better than the steps that decide."""
    code = plain(result.get("ResultCode"), 10)
    actions = result.get("Actions")
    actions = actions if isinstance(actions, dict) else {}
    findings = {
        ACTIONS.get(str(actions[name]), Finding.UNKNOWN) for name in DECIDING if name in actions
    }
    finding = CODES.get(code, Finding.UNKNOWN)
    if finding is Finding.ATTENTION and Finding.REFUSED in findings:
        finding = Finding.REFUSED
    elif finding is Finding.CLEAR and findings != {Finding.CLEAR}:
        finding = Finding.ATTENTION
    kept = ("ResultCode", "ResultText", "Actions", "Country", "IDType", "ExpirationDate")
    return Verdict(
        finding,
        words=plain(f"{code} {plain(result.get('ResultText'))}"),
        reference=token(result.get("SmileJobID")),
        evidence={name: result[name] for name in kept if name in result},
    )


def _opening(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "file_name": "selfie.zip",
        "smile_client_id": settings.SMILE_ID_PARTNER,
        "partner_params": _params(inquiry),
        "model_parameters": {},
        "callback_url": inquiry.callback_url,
        "use_enrolled_image": False,
        "source_sdk": "rest_api",
        "source_sdk_version": "1.0.0",
    }


def _params(inquiry: Inquiry) -> dict[str, Any]:
    return {"job_id": _job(inquiry), "user_id": inquiry.reference, "job_type": JOB}


def _job(inquiry: Inquiry) -> str:
    """Smile ID's user is our question, its job our try at it."""
    return f"{inquiry.reference}-{inquiry.given['opened']}"


def _info(inquiry: Inquiry, pictures: list[str], address: str) -> dict[str, Any]:
    return {
        "package_information": {
            "apiVersion": {"buildNumber": 0, "majorVersion": 2, "minorVersion": 0},
            "language": "python",
        },
        "misc_information": signature()
        | {
            "retry": "false",
            "partner_params": _params(inquiry),
            "file_name": "selfie.zip",
            "smile_client_id": settings.SMILE_ID_PARTNER,
            "callback_url": inquiry.callback_url,
            "userData": {},
        },
        "id_info": _paper(inquiry.applicant),
        "images": [
            {"image_type_id": FILES[side], "image": "", "file_name": f"{side}.jpg"}
            for side in pictures
        ],
        "server_information": address,
    }


def _paper(person: Applicant) -> dict[str, Any]:
    return {"country": COUNTRY, "id_type": PAPERS.get(person.paper, "IDENTITY_CARD")}


def _place(talk: http.Conversation, address: str) -> tuple[http.Conversation, str]:
    """Where to bring the pictures: only to Smile ID or the store it is known to use, over https.

    Raises NotSent for any other place: a stranger who answers in its name gets nobody's face.
    """
    try:
        parts = urlsplit(address)
        host, home = parts.hostname or "", urlsplit(talk.base_url)
        is_known = parts.netloc == home.netloc or any(
            host == known or host.endswith(f".{known}") for known in settings.SMILE_ID_STORES
        )
        there = http.Conversation(f"{parts.scheme}://{parts.netloc}", seconds=talk.left)
    except ValueError as failure:
        raise NotSent("Smile ID gave an address that is none") from failure
    if not is_known or parts.username is not None:
        raise NotSent(f"Smile ID gave an address of somebody else ({plain(host, 60)})")
    return there, parts.path + (f"?{parts.query}" if parts.query else "")


def _require_signed(said: dict[str, Any], reason: type[Exception]) -> None:
    moment, given = said.get("timestamp"), said.get("signature")
    try:
        if not (isinstance(moment, str) and isinstance(given, str)):
            raise Forged("no signature")
        signing.require(_key(), _signed(moment), given)
    except Forged as failure:
        raise reason(f"Smile ID: {failure}") from failure


def _signed(moment: str) -> bytes:
    return f"{moment}{settings.SMILE_ID_PARTNER}sid_request".encode()


def _key() -> str:
    return settings.SMILE_ID_KEY


def _param(said: dict[str, Any], name: str) -> str:
    params = said.get("PartnerParams")
    return token(params.get(name)) if isinstance(params, dict) else ""


def _error(answer: http.Answer) -> str:
    said = answer.fields
    return plain(f"{said.get('code', '')} {plain(said.get('error'))}") if "error" in said else ""
