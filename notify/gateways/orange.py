"""Orange's SMS API for Africa and the Middle East, version 1."""

import re
from typing import Any
from urllib.parse import quote

from django.conf import settings

from notify.gateways.base import GatewayDown, NoAnswer
from project.lib import http

SENDER_NAME_LIMIT = 11


class OrangeSMS:
    """The gateway; `deadline` is in seconds, for the whole of one sending."""

    code = "orange"

    def __init__(self, *, deadline: float = http.DEADLINE) -> None:
        self.deadline = deadline
        self.account = http.Account(
            "/oauth/v3/token", settings.ORANGE_SMS_CLIENT_ID, settings.ORANGE_SMS_CLIENT_SECRET
        )

    def send(self, *, to: str, body: str, reference: str) -> str:
        """Send one message to one number. See Gateway.send.

        `reference` stays with us: the contract has no field for it, so Orange cannot recognise a
        message that it is given twice.
        """
        talk = http.Conversation(settings.ORANGE_SMS_BASE_URL, seconds=self.deadline)
        sender = quote(settings.ORANGE_SMS_SENDER, safe="")
        path = f"/smsmessaging/v1/outbound/{sender}/requests"
        content = {"outboundSMSMessageRequest": self._request(to, body)}

        def post(bearer: str) -> http.Answer:
            headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
            return talk.post(path, headers=headers, body=content)

        try:
            return _taken(self.account.call(talk, post, refused=_is_unauthorised))
        except http.NotSent as failure:
            raise GatewayDown(str(failure)) from failure

    def _request(self, to: str, body: str) -> dict[str, Any]:
        request: dict[str, Any] = {
            "address": f"tel:{to}",
            "senderAddress": settings.ORANGE_SMS_SENDER,
            "outboundSMSTextMessage": {"message": body},
        }
        if settings.ORANGE_SMS_SENDER_NAME:
            request["senderName"] = settings.ORANGE_SMS_SENDER_NAME[:SENDER_NAME_LIMIT]
        return request


def _taken(answer: http.Answer) -> str:
    """The id of a message that was taken. Only an explicit error proves that it was not."""
    if answer.status == 201:
        request = answer.fields.get("outboundSMSMessageRequest")
        address = request.get("resourceURL") if isinstance(request, dict) else None
        name = address.rpartition("/")[2] if isinstance(address, str) else ""
        if re.fullmatch(r"[!-~]{1,128}", name):
            return name
    elif 400 <= answer.status < 500 and (code := _error(answer)):
        raise GatewayDown(f"Orange refused the message: {answer.status} {code}")
    raise NoAnswer(f"Orange answered {answer.status}")


def _is_unauthorised(answer: http.Answer) -> bool:
    return answer.status == 401 and bool(_error(answer))


def _error(answer: http.Answer) -> str:
    """The code of an error in either of Orange's two shapes, or "" where it has neither."""
    said = answer.fields.get("requestError")
    for kind in ("serviceException", "policyException"):
        trouble = said.get(kind) if isinstance(said, dict) else None
        code = trouble.get("messageId") if isinstance(trouble, dict) else None
        if isinstance(code, str) and re.fullmatch(r"[A-Z]{3}[0-9]{4}", code):
            return code
    code = str(answer.fields.get("code", ""))
    return code if re.fullmatch(r"[0-9]{1,6}", code) and "message" in answer.fields else ""
