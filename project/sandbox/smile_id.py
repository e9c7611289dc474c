"""Smile ID's job API v1, as its servers speak it: document verification (job type 6)."""

import base64
import hashlib
import hmac
import io
import json
import uuid
import zipfile
from datetime import UTC, datetime
from typing import Any

from project.sandbox import checking
from project.sandbox.checking import FAULTS as CHECKING
from project.sandbox.faults import Reply
from project.sandbox.memory import Record
from project.sandbox.server import Box, Request, Route

NAME = "smile_id"
PARTNER, KEY = "2212", "demo-key"
FAULTS = CHECKING | {
    "foreign_store": "sends the pictures to a host of somebody else",
    "lost_zip": "answers 200 to the pictures and loses them",
}
JOB = {"job_id": str, "user_id": str, "job_type": int}
# Code, text and what is made of the deciding steps.
RESULTS = {
    "clear": ("0810", "Document Verified After Human Review", "Passed", "Completed"),
    "namesake": ("0810", "Document Verified After Human Review", "Passed", "Completed"),
    "attention": ("0812", "Unable to Verify Document", "Unable To Determine", "Completed"),
    "refused": ("0811", "Document Verification Failed", "Passed", "Failed"),
    "unsure": ("0903", "The zip is corrupt", "Not Applicable", "Not Applicable"),
}

__all__ = ["FAULTS", "NAME", "ROUTES", "conclude"]


def open_job(box: Box, request: Request) -> Reply:
    """POST /v1/upload: where to bring the pictures of a job."""
    said = request.json()
    params = said.get("partner_params")
    if not _is_signed(said, said.get("smile_client_id")):
        return _error(401, "2205", "You are not authorized to do that.")
    if not isinstance(params, dict) or not all(
        type(params.get(name)) is kind for name, kind in JOB.items()
    ):
        return _error(400, "2213", "Missing parameter partner_params")
    if said.get("file_name") != "selfie.zip" or params["job_type"] != 6:
        return _error(400, "2204", "Wrong type")
    deal = checking.deal(
        NAME,
        params["job_id"],
        "",
        request.fault,
        user=params["user_id"],
        store=str(uuid.uuid4()),
        has_zip=False,
        pictures=[],
        callback_url=str(said.get("callback_url") or ""),
    )
    if not box.memory.add(NAME, deal["id"], deal):
        again = "Job already exists. Did you mean to set the retry flag to true?"
        return _error(400, "2215", again)
    box.memory.add("smile_id-store", deal["store"], {"id": deal["id"]})
    home = f"http://{request.headers.get('host', '')}"
    if request.fault == "foreign_store":
        home = "https://pictures.example.org"
    address = f"{home}/v1/store/{deal['store']}/selfie.zip?signature=x"
    return Reply(200, {"upload_url": address, "smile_job_id": _number(deal), "code": "2202"})


def bring(box: Box, request: Request) -> Reply:
    """PUT …/selfie.zip: the store takes what it is brought, and answers without a body."""
    place = box.memory.get("smile_id-store", request.parts[0])
    if place is None or request.headers.get("content-type") != "application/zip":
        return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", XML)
    if request.fault == "lost_zip":
        return Reply(200, b"")
    try:
        info, pictures = _unpacked(request.body)
    except (ValueError, KeyError, zipfile.BadZipFile):
        info, pictures = {}, []
    deal = box.memory.get(NAME, place["id"])
    assert deal is not None
    changes = {"has_zip": bool(info), "pictures": pictures, "info": info.get("id_info", {})}
    deal |= changes | _person(pictures)
    box.memory.change(NAME, deal["id"], lambda row: bool(row.update(deal) or True))
    if deal["has_zip"]:
        checking.begin(box, deal, conclude)
    return Reply(200, b"")


def job_status(box: Box, request: Request) -> Reply:
    """POST /v1/job_status"""
    said = request.json()
    if not _is_signed(said, said.get("partner_id")):
        return _error(401, "2205", "You are not authorized to do that.")
    deal = box.memory.get(NAME, str(said.get("job_id")))
    if deal is None or deal["user"] != said.get("user_id"):
        return _error(404, "2208", "No job found")
    is_done = deal["state"] == "done"
    result: Any = _result(deal) if is_done else "Job is in progress"
    if not deal["has_zip"]:
        result = "No zip uploaded yet"
    code = {"code": "2302", "job_complete": is_done, "job_success": is_done, "result": result}
    return Reply(200, code | _signature(KEY, _stamp(datetime.now(UTC))))


def conclude(box: Box, key: str) -> None:
    """The pictures have been looked at: say so."""
    deal = checking.finish(box, NAME, key)
    if deal:
        checking.tell(box, deal, lambda moment: _signed_news(deal, moment))


ROUTES = [
    Route("POST", "/v1/upload", NAME, "ask", open_job),
    Route("PUT", r"/v1/store/([^/]+)/selfie\.zip", NAME, "bring", bring),
    Route("POST", "/v1/job_status", NAME, "fetch", job_status),
]
XML = {"Content-Type": "application/xml"}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _signature(key: str, stamp: str) -> dict[str, str]:
    made = hmac.new(key.encode(), f"{stamp}{PARTNER}sid_request".encode(), hashlib.sha256)
    return {"timestamp": stamp, "signature": base64.b64encode(made.digest()).decode()}


def _is_signed(said: dict[str, Any], partner: object) -> bool:
    try:
        moment = datetime.fromisoformat(str(said.get("timestamp")))
    except ValueError:
        return False
    is_right = said.get("signature") == _signature(KEY, str(said["timestamp"]))["signature"]
    return partner == PARTNER and is_right and abs(moment.timestamp() - _now()) < 3600


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _unpacked(body: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The package's description, and what pictures it names and holds."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        info = json.loads(archive.read("info.json"))
        pictures = [
            {
                "kind": image["image_type_id"],
                "bytes": len(archive.read(image["file_name"])),
                "words": archive.read(image["file_name"])[-64:].decode("latin-1"),
            }
            for image in info["images"]
        ]
    kinds = {picture["kind"] for picture in pictures}
    if not _is_signed(info["misc_information"], info["misc_information"]["smile_client_id"]):
        raise ValueError("not signed")
    if not {0, 1} <= kinds:
        raise ValueError("a picture is missing")
    return info, pictures


def _person(pictures: list[dict[str, Any]]) -> dict[str, str]:
    """Smile ID is told no name: how somebody fares stands at the end of their paper's picture."""
    words = "".join(picture["words"] for picture in pictures)
    return {"surname": words, "outcome": checking.outcome(words)}


def _result(deal: Record) -> dict[str, Any]:
    code, text, document, faces = RESULTS[deal["outcome"]]
    return {
        "SmileJobID": _number(deal),
        "PartnerParams": {"job_id": deal["id"], "user_id": deal["user"], "job_type": 6},
        "ResultType": "Document Verification",
        "ResultText": text,
        "ResultCode": code,
        "IsFinalResult": "true",
        "Actions": {
            "Verify_Document": document,
            "Document_Check": document,
            "Selfie_To_ID_Card_Compare": faces,
            "Human_Review_Compare": "Not Applicable",
            "Liveness_Check": "Not Applicable",
            "Register_Selfie": "Approved",
            "Return_Personal_Info": "Returned",
        },
        "Country": "MG",
        "IDType": deal.get("info", {}).get("id_type", ""),
        "FullName": "NAME READ FROM THE PAPER",
        "ExpirationDate": "Not Available",
    }


def _signed_news(deal: Record, moment: float) -> tuple[bytes, dict[str, str]]:
    key = checking.secret(deal, KEY)
    news = _result(deal) | _signature(key, _stamp(datetime.fromtimestamp(moment, UTC)))
    return json.dumps(news).encode(), {}


def _number(deal: Record) -> str:
    return f"{int(deal['store'][:6], 16):010}"


def _error(status: int, code: str, words: str) -> Reply:
    return Reply(status, {"error": words, "code": code})
