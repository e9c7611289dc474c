"""MVola, the mobile money of Yas (formerly Telma): Merchant Pay API 1.0."""

import re
import unicodedata
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings

from project.lib import http
from taxes.providers.base import Charge, NoAnswer, NotSent, Outcome, Status, plain, token

PATH = "/mvola/mm/transactions/type/merchantpay/1.0.0/"
STATUSES = {"pending": Status.WAITING, "completed": Status.PAID, "failed": Status.REFUSED}
CURRENCIES = {"Ar": "MGA"}  # MVola's word, and the only one it documents
SCOPE = "EXT_INT_MVOLA_SCOPE"
LABEL_LIMIT = 50
CALLBACK_LIMIT = 64 * 1024

# The gateway in front of MVola numbers its own refusals: 9008xx is throttling, 9009xx credentials.
# It says so before passing anything on, hence nothing was taken.
THROTTLED = range(900800, 900900)
UNAUTHORISED = range(900900, 901000)

# What MVola itself may refuse at once, by status and by category of error. An error of any other
# category (internal, serviceUnavailable) is trouble on the way, and trouble proves nothing.
REFUSALS = {400, 402, 403, 404}
CATEGORIES = {"validation", "businessRule", "identification", "authorisation"}


class MVola:
    """The operator; `deadline` is in seconds, for all that one verb says."""

    code = "mvola"
    label = "MVola"

    def __init__(self, *, deadline: float = http.DEADLINE) -> None:
        self.deadline = deadline
        self.account = http.Account(
            "/token", settings.MVOLA_CONSUMER_KEY, settings.MVOLA_CONSUMER_SECRET, SCOPE
        )

    @property
    def payee(self) -> str:
        """The merchant's own number, in E.164."""
        return _e164(settings.MVOLA_MERCHANT_MSISDN) or ""

    def charge(self, charge: Charge) -> Outcome:
        """Send the payer a prompt to pay. See Provider.charge."""
        if _national(charge.phone) is None:
            return Outcome(Status.REFUSED, detail="not a Malagasy mobile number")
        talk = self._talk()

        def initiate(bearer: str) -> http.Answer:
            if talk.is_late:
                # MVola can only be asked by the id its answer brings: a charge sent without the
                # time to hear that answer is lost from sight. Rather not send it yet.
                raise NotSent("MVola took too long to give a token")
            headers = self._headers(bearer) | {"X-Callback-URL": charge.callback_url}
            return talk.post(PATH, headers=headers, body=self._body(charge))

        return _initiated(self.account.call(talk, initiate, refused=_is_unauthorised))

    def fetch(self, charge: Charge) -> Outcome:
        """Ask for the status and, once it is completed, for what was really taken."""
        correlation = token(charge.operator.get("serverCorrelationId"))
        if not correlation:
            raise NoAnswer("MVola can only be asked by the id it gives")
        talk = self._talk()
        status = self._get(talk, f"status/{quote(correlation, safe='')}")
        if status.get("serverCorrelationId") != correlation:
            raise NoAnswer("MVola answered about another transaction")
        given = {"serverCorrelationId": correlation}
        reference = token(status.get("objectReference"))
        if reference:
            given["objectReference"] = reference
        match STATUSES.get(str(status.get("status"))):
            case Status.WAITING:
                return Outcome(Status.WAITING, operator=given)
            case Status.REFUSED:
                return Outcome(Status.REFUSED, operator=given, detail=self._why(talk, reference))
            case Status.PAID if reference:
                return _paid(self._get(talk, quote(reference, safe="")), given)
        raise NoAnswer(f"MVola says {plain(status.get('status'), 40)!r}, which settles nothing")

    def read_callback(self, body: bytes) -> dict[str, str]:
        """The id to ask about, if the body names one. MVola signs nothing: this proves nothing."""
        if len(body) > CALLBACK_LIMIT:
            return {}
        try:
            said = http.parse(body)
        except ValueError:
            return {}
        correlation = token(said.get("serverCorrelationId")) if isinstance(said, dict) else ""
        return {"serverCorrelationId": correlation} if correlation else {}

    def _talk(self) -> http.Conversation:
        return http.Conversation(settings.MVOLA_BASE_URL, seconds=self.deadline)

    def _get(self, talk: http.Conversation, path: str) -> dict[str, Any]:
        """Ask for `path`. A question not sent is a question not answered: raises NoAnswer only."""
        try:
            answer = self.account.call(
                talk,
                lambda bearer: talk.get(PATH + path, headers=self._headers(bearer)),
                refused=_is_unauthorised,
            )
        except NotSent as failure:
            raise NoAnswer(str(failure)) from failure
        if answer.status != 200:
            raise NoAnswer(f"MVola answered {answer.status} to {path.partition('/')[0]}")
        return answer.fields

    def _why(self, talk: http.Conversation, reference: str) -> str:
        """Why it failed, where MVola says so. Not knowing why changes nothing."""
        if not reference:
            return ""
        try:
            pairs = _pairs(self._get(talk, quote(reference, safe="")).get("metadata"))
        except NoAnswer:
            return ""
        return plain(pairs.get("originalTransactionResultDesc"))

    def _headers(self, bearer: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {bearer}",
            "Version": "1.0",
            "X-CorrelationID": str(uuid.uuid4()),
            "UserLanguage": "FR",
            "UserAccountIdentifier": f"msisdn;{self._merchant()}",
            "partnerName": settings.MVOLA_PARTNER_NAME,
            "Content-Type": "application/json",
            "Accept": "application/json",  # else the gateway words its own refusals in XML
            "Cache-Control": "no-cache",
        }

    def _body(self, charge: Charge) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return {
            "amount": str(charge.amount),
            "currency": "Ar",
            "descriptionText": _label(charge.label),
            "requestingOrganisationTransactionReference": charge.reference,
            "requestDate": now.replace("+00:00", "Z"),
            "originalTransactionReference": charge.reference,
            "debitParty": [{"key": "msisdn", "value": _national(charge.phone)}],
            "creditParty": [{"key": "msisdn", "value": self._merchant()}],
            "metadata": [
                {"key": "partnerName", "value": settings.MVOLA_PARTNER_NAME},
                {"key": "fc", "value": "USD"},  # undocumented, and refused when missing
                {"key": "amountFc", "value": "1"},
            ],
        }

    def _merchant(self) -> str:
        return _national(self.payee) or settings.MVOLA_MERCHANT_MSISDN


def _initiated(answer: http.Answer) -> Outcome:
    """Read the answer to a charge. Only an answer that proves it may let the payer try again."""
    said = answer.fields
    correlation = token(said.get("serverCorrelationId"))
    if answer.is_success and correlation:
        # Whatever status stands beside it: the id is how to ask, and asking is what settles.
        return Outcome(Status.WAITING, operator={"serverCorrelationId": correlation})
    if answer.is_success:
        raise NoAnswer(f"MVola answered {answer.status} without an id to ask with")
    if _fault(answer) in THROTTLED or _is_unauthorised(answer):
        raise NotSent(f"turned away by MVola's gateway: fault {_fault(answer)}")
    # 409 may well be about our own first try, which got through; a bare 429 does not say on which
    # side of the debit it was counted; a 5xx may come from a gateway that lost a good answer.
    if answer.status in REFUSALS and _is_refusal(said):
        return Outcome(Status.REFUSED, detail=_error(said))
    raise NoAnswer(f"MVola answered {answer.status}")


def _is_unauthorised(answer: http.Answer) -> bool:
    """Whether the gateway itself refused our token. A bare 401 might be anybody's."""
    return answer.status in {401, 403} and _fault(answer) in UNAUTHORISED


def _fault(answer: http.Answer) -> int:
    fault = answer.fields.get("fault")
    code = str(fault.get("code")) if isinstance(fault, dict) else ""
    return int(code) if re.fullmatch(r"[0-9]{6}", code) else 0


def _is_refusal(said: dict[str, Any]) -> bool:
    """A well-formed error whose cause is the request, other than having been sent before."""
    code = _either(said, "errorCode")
    return (
        str(_either(said, "errorCategory")) in CATEGORIES
        and isinstance(code, str)
        and bool(code)
        and not code.lower().startswith("duplicate")
    )


def _error(said: dict[str, Any]) -> str:
    return plain(f"{_either(said, 'errorCode')}: {_either(said, 'errorDescription') or ''}")


def _either(said: dict[str, Any], key: str) -> Any:
    """MVola's document prints `ErrorCode`, its servers write `errorCode`."""
    return said.get(key, said.get(key[0].upper() + key[1:]))


def _paid(said: dict[str, Any], given: dict[str, str]) -> Outcome:
    """Read the details of a completed transaction, each as it is or None, for settling to compare.

    The id asked with names the debit. The details' own transactionReference is kept and not
    compared: a pair recorded in public differs by its last digit.
    """
    if said.get("transactionStatus") != "completed":
        raise NoAnswer("MVola's status says completed and its details do not")
    reference = token(said.get("transactionReference"))
    if reference:
        given = given | {"transactionReference": reference}
    amount = _amount(said.get("amount"))
    currency = plain(said.get("currency"), 10)
    return Outcome(
        Status.PAID,
        operator=given,
        reference=given["objectReference"],
        amount=amount,
        currency=CURRENCIES.get(currency, currency or None),
        payer=_e164(_pairs(said.get("debitParty")).get("msisdn")),
        payee=_e164(_pairs(said.get("creditParty")).get("msisdn")),
        detail="" if amount is not None else f"amount {plain(str(said.get('amount')), 40)!r}",
    )


def _amount(value: object) -> int | None:
    """Whole ariary of `"10000.00"` or `"10000"`; None for anything else, which is never money."""
    found = (
        re.fullmatch(r"(0|[1-9][0-9]{0,11})(?:\.00?)?", value) if isinstance(value, str) else None
    )
    return int(found[1]) if found else None


def _pairs(value: object) -> dict[str, object]:
    """MVola writes mappings as lists of {key, value}; a key given twice is nobody's value."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    keys = [row.get("key") for row in rows]
    return {
        row["key"]: row.get("value")
        for row in rows
        if isinstance(row.get("key"), str) and keys.count(row["key"]) == 1
    }


def _national(phone: str) -> str | None:
    """+261341234567 as MVola writes it: 0341234567."""
    return f"0{phone[4:]}" if re.fullmatch(r"\+261[0-9]{9}", phone) else None


def _e164(value: object) -> str | None:
    """A number as MVola writes it, or as international usage would, in E.164."""
    found = re.fullmatch(r"(?:0|\+?261)([0-9]{9})", value) if isinstance(value, str) else None
    return f"+261{found[1]}" if found else None


def _label(text: str) -> str:
    """What the payer reads, in the few characters MVola takes, without accents."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9 ._,-]", " ", bare).split())[:LABEL_LIMIT].strip() or "Taxe"
