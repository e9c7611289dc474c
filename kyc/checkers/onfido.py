"""Onfido: documents and faces compared, API v3.6.

Source: Onfido's OpenAPI description of v3.6. A check is made in steps (applicant, pictures, check),
each of which gives an id that is kept at once; only the last is paid for.
"""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings

from kyc.checkers import signing
from kyc.checkers.base import (
    Applicant,
    Finding,
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

PATH = "/v3.6"
COUNTRY = "MDG"
# Documents come from 2 KB to 3 MB, live photos from 32 KB to 10 MB.
SIZES = {"documents": (2 * 1024, 3 * 1024 * 1024), "live_photos": (32 * 1024, 10 * 1024 * 1024)}
PAPERS = {
    "cin": "national_identity_card",
    "passport": "passport",
    "resident_card": "residence_permit",
}
REPORTS = ("document", "facial_similarity_photo")
# The result of a report, and of a document's report the sub-result that says more. A check as a
# whole is only ever `clear` or `consider`: what to consider stands in its reports.
RESULTS = {
    "clear": Finding.CLEAR,
    "consider": Finding.ATTENTION,
    "unidentified": Finding.ATTENTION,
}
SUB_RESULTS = {
    "clear": Finding.CLEAR,
    "caution": Finding.ATTENTION,
    "suspected": Finding.REFUSED,
    "rejected": Finding.UNKNOWN,  # the picture could not be worked with: nothing about the paper
}
STATUSES = {
    "in_progress": Finding.WAITING,
    "awaiting_applicant": Finding.WAITING,
    "reopened": Finding.WAITING,
    "paused": Finding.WAITING,
    "complete": Finding.CLEAR,  # then the reports decide
    "withdrawn": Finding.UNKNOWN,
}
# Of several reports, the worst counts.
WORST = (Finding.REFUSED, Finding.ATTENTION, Finding.UNKNOWN, Finding.CLEAR)
EVENTS = {"check.completed", "check.withdrawn", "check.reopened", "check.started"}


class Onfido:
    """The service; `deadline` is in seconds, for all that one verb says."""

    code = "onfido"
    label = "Onfido"
    needs: ClassVar[frozenset[str]] = frozenset({"front", "selfie"})
    configured_by: ClassVar[tuple[str, ...]] = (
        "ONFIDO_BASE_URL",
        "ONFIDO_TOKEN",
        "ONFIDO_WEBHOOK_TOKEN",
    )

    def __init__(self, *, deadline: float = http.DEADLINE) -> None:
        self.deadline = deadline

    def ask(self, inquiry: Inquiry, *, keep: Keep) -> Verdict:
        """Make what is not made yet of applicant, pictures and check. See Checker.ask."""
        talk, given = self._talk(), dict(inquiry.given)
        for name, path, content in _steps(inquiry.applicant):
            if name in given:
                continue
            if misfit := _misfit(path, content):
                return Verdict(Finding.UNKNOWN, words=misfit)
            answer = self._make(talk, path, content | _owner(path, given))
            made = token(answer.fields.get("id")) if answer.status == 201 else ""
            if not made:
                return refused("Onfido", answer, _error(answer))
            given[name] = made
            keep({name: made})
        return self._check(talk, inquiry.reference, given, keep)

    def fetch(self, inquiry: Inquiry) -> Verdict:
        """Read the check, found by our tag where its id never reached us. See Checker.fetch."""
        talk, given = self._talk(), inquiry.given
        if "applicant" not in given:
            raise NotKnown("no applicant was made")
        if key := given.get("check"):
            check = self._get(talk, f"/checks/{quote(key, safe='')}")
        else:
            check = self._tagged(talk, given["applicant"], inquiry.reference)
        key = token(check.get("id"))
        if not key or key != given.get("check", key):
            raise NoAnswer("Onfido answered about another check")
        status = STATUSES.get(str(check.get("status")), Finding.UNKNOWN)
        if status is not Finding.CLEAR:
            return _verdict(status, check, [])
        reports = self._get(talk, f"/reports?check_id={quote(key, safe='')}").get("reports")
        return _judged(check, [row for row in listed(reports) if isinstance(row, dict)])

    def read_callback(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Onfido's id of the check a signed event is about. The event itself brings no result."""
        signing.require(
            settings.ONFIDO_WEBHOOK_TOKEN,
            body,
            headers.get("x-sha2-signature", ""),
            hexadecimal=True,
        )
        said = http.parse(body)
        payload = said.get("payload") if isinstance(said, dict) else None
        about = payload.get("object") if isinstance(payload, dict) else None
        key = token(about.get("id")) if isinstance(about, dict) else ""
        if not isinstance(payload, dict) or payload.get("action") not in EVENTS or not key:
            raise ValueError("an event that is not about a check")
        return Notice(service_reference=key)

    def _check(
        self, talk: http.Conversation, reference: str, given: dict[str, str], keep: Keep
    ) -> Verdict:
        """The step that is paid for. Lost, it is looked for by its tag and not made again."""
        if talk.is_late:
            raise NotSent("Onfido took too long over the pictures: the check is made later")
        body = {
            "applicant_id": given["applicant"],
            "report_names": list(REPORTS),
            "document_ids": [given[name] for name in ("front", "back") if name in given],
            "asynchronous": True,
            "tags": [reference],
            "privacy_notices_read_consent_given": True,
        }
        answer = talk.post(f"{PATH}/checks", headers=self._headers(), body=body)
        made = token(answer.fields.get("id")) if answer.status == 201 else ""
        if not made:
            return refused("Onfido", answer, _error(answer))
        keep({"check": made})
        return Verdict(Finding.WAITING, reference=made, is_trial=_is_trial(answer.fields))

    def _make(self, talk: http.Conversation, path: str, content: dict[str, Any]) -> http.Answer:
        if path == "applicants":
            return talk.post(f"{PATH}/{path}", headers=self._headers(), body=content)
        form = {name: value for name, value in content.items() if name != "file"}
        picture = ("picture.jpg", content["file"], "image/jpeg")
        return talk.post_files(
            f"{PATH}/{path}", headers=self._headers(), form=form, files={"file": picture}
        )

    def _tagged(self, talk: http.Conversation, applicant: str, tag: str) -> dict[str, Any]:
        said = self._get(talk, f"/checks?applicant_id={quote(applicant, safe='')}")
        if not isinstance(said.get("checks"), list):
            raise NoAnswer("Onfido does not say which checks there are")
        for check in said["checks"]:
            if isinstance(check, dict) and tag in listed(check.get("tags")):
                return check
        raise NotKnown("Onfido has no such check")

    def _get(self, talk: http.Conversation, path: str) -> dict[str, Any]:
        """Ask for `path`. A question not sent is a question not answered: raises NoAnswer only."""
        try:
            answer = talk.get(PATH + path, headers=self._headers())
        except NotSent as failure:
            raise NoAnswer(str(failure)) from failure
        if answer.status != 200:
            raise NoAnswer(f"Onfido answered {answer.status}")
        return answer.fields

    def _talk(self) -> http.Conversation:
        return http.Conversation(settings.ONFIDO_BASE_URL, seconds=self.deadline)

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Token token={settings.ONFIDO_TOKEN}",
            "Accept": "application/json",
        }


def listed(value: object) -> list[Any]:
    """The list, or an empty one where it is anything else."""
    return value if isinstance(value, list) else []


def _steps(person: Applicant) -> list[tuple[str, str, dict[str, Any]]]:
    """What is made before the check, in order: our name of it, its path, its content."""
    about: dict[str, Any] = {
        # Somebody may have no given name; Onfido wants one and takes the surname again.
        "first_name": person.given_names or person.surname,
        "last_name": person.surname,
        "phone_number": person.phone,
        "location": {"country_of_residence": COUNTRY},
        "consents": [{"name": "privacy_notices_read", "granted": True}],
    }
    if person.birth_date:
        about["dob"] = person.birth_date.isoformat()
    if person.email:
        about["email"] = person.email
    steps = [("applicant", "applicants", about)]
    for side in ("front", "back"):
        if picture := person.picture(side):
            paper = {"type": PAPERS.get(person.paper, "unknown"), "side": side}
            steps.append((side, "documents", paper | {"issuing_country": COUNTRY, "file": picture}))
    return [*steps, ("selfie", "live_photos", {"file": person.picture("selfie")})]


def _owner(path: str, given: dict[str, str]) -> dict[str, str]:
    return {} if path == "applicants" else {"applicant_id": given["applicant"]}


def _misfit(path: str, content: dict[str, Any]) -> str:
    """Why Onfido would not take a picture, or nothing."""
    low, high = SIZES.get(path, (0, 0))
    size = len(content.get("file", b""))
    return f"{path}: {size} bytes, not from {low} to {high}" if not low <= size <= high else ""


def _judged(check: dict[str, Any], reports: list[dict[str, Any]]) -> Verdict:
    """What a complete check says: its worst report. Its own result adds a doubt to clear ones."""
    findings = {_finding(report) for report in reports}
    if {str(report.get("name")) for report in reports} != set(REPORTS):
        findings.add(Finding.UNKNOWN)
    if findings == {Finding.CLEAR}:
        findings = {RESULTS.get(str(check.get("result")), Finding.UNKNOWN)}
    return _verdict(next(each for each in WORST if each in findings), check, reports)


def _finding(report: dict[str, Any]) -> Finding:
    if report.get("status") != "complete":
        return Finding.UNKNOWN
    result = RESULTS.get(str(report.get("result")), Finding.UNKNOWN)
    if report.get("sub_result") is None or result is Finding.UNKNOWN:
        return result
    return SUB_RESULTS.get(str(report["sub_result"]), Finding.UNKNOWN)


def _verdict(finding: Finding, check: dict[str, Any], reports: list[dict[str, Any]]) -> Verdict:
    words = [plain(check.get("result") or check.get("status"), 40)]
    for report in reports:
        said = report.get("sub_result") or report.get("result")
        words.append(f"{plain(report.get('name'), 40)}: {plain(said, 40)}")
    kept = ("name", "result", "sub_result", "breakdown", "properties")
    return Verdict(
        finding,
        words=plain(", ".join(filter(None, words))),
        reference=token(check.get("id")),
        evidence={
            "reports": [{key: row[key] for key in kept if key in row} for row in reports],
        },
        is_trial=_is_trial(check),
    )


def _is_trial(said: dict[str, Any]) -> bool:
    return said.get("sandbox") is True


def _error(answer: http.Answer) -> str:
    error = answer.fields.get("error")
    return plain(f"{error.get('type')}: {error.get('message')}") if isinstance(error, dict) else ""
