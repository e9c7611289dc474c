"""MVola's payers, who do as their number says, for trying out what goes wrong.

Any Malagasy mobile number pays after the delay. These do not:

| payer        | what happens                                                                      |
|--------------|-----------------------------------------------------------------------------------|
| 034 99 999 01 | declines: failed                                                                 |
| 034 99 999 02 | has not enough money: failed                                                     |
| 034 99 999 03 | never answers: pending until /_sandbox/transactions/ID/approve or decline        |
| 034 99 999 04 | is unknown to MVola: refused at once, 400                                        |
| 034 99 999 05 | has not enough money: refused at once, 402                                       |
| 034 99 999 10 | pays; the answer to the POST never comes                                         |
| 034 99 999 11 | 500, nothing taken                                                               |
| 034 99 999 12 | pays; the answer to the POST is 500                                              |
| 034 99 999 13 | pays; the answer is 200 with a web page                                          |
| 034 99 999 14 | pays; the answer is 200 with {}                                                  |
| 034 99 999 15 | pays; the answer is 202 without the id                                           |
| 034 99 999 16 | pays; the line is cut before the answer                                          |
| 034 99 999 17 | pays; the answer comes one byte every half second                                |
| 034 99 999 18 | 429, nothing taken                                                               |
| 034 99 999 19 | 429 from the gateway, which says that it throttled, nothing taken                |
| 034 99 999 20 | 409, nothing taken                                                               |
| 034 99 999 21 | pays; the token has run out when the charge arrives                              |
| 034 99 999 22 | 302 to another host, nothing taken                                               |
| 034 99 999 23 | pays; the answer is 32 MiB packed into 32 KiB                                    |
| 034 99 999 30 | pays 1 Ar too much                                                               |
| 034 99 999 31 | pays; the amount reads 10000.50                                                  |
| 034 99 999 32 | pays in EUR                                                                      |
| 034 99 999 33 | pays another merchant                                                            |
| 034 99 999 40 | pays; the callback comes five times                                              |
| 034 99 999 41 | pays; the callback comes before the answer to the POST                           |
| 034 99 999 42 | pays; no callback comes                                                          |
| 034 99 999 43 | declines; a callback says that they paid                                         |

Any prefix of a mobile will do (038 99 999 01). Settings: key `demo-key`, secret `demo-secret`.
"""

import re
from typing import Any

from project.sandbox.server import Box, Request

PAYERS = {
    "01": "declined", "02": "insufficient", "03": "never", "04": "unknown_payer", "05": "no_funds",
    "10": "silence", "11": "error_500", "12": "error_500_after", "13": "html", "14": "empty",
    "15": "no_id", "16": "cut", "17": "drip", "18": "too_many", "19": "throttled",
    "20": "conflict", "21": "expired_token", "22": "redirect", "23": "bomb",
    "30": "wrong_amount", "31": "unreadable_amount", "32": "wrong_currency", "33": "wrong_payee",
    "40": "duplicate_callbacks", "41": "early_callback", "42": "no_callback",
    "43": "lying_callback",
}  # fmt: skip
# Those that are MVola's own; the others are of faults.py.
FAULTS = {
    "declined": "the payer declines",
    "insufficient": "the payer has not enough money",
    "never": "the payer never answers",
    "unknown_payer": "refuses at once: 400",
    "no_funds": "refuses at once: 402",
    "no_id": "answers 202 without the id",
    "throttled": "the gateway answers 429, saying that it throttled",
    "conflict": "answers 409",
    "wrong_amount": "1 Ar too much is taken",
    "unreadable_amount": "the amount reads as no whole ariary",
    "wrong_currency": "the currency reads EUR",
    "wrong_payee": "another merchant is paid",
    "duplicate_callbacks": "the callback comes five times",
    "early_callback": "the payer pays and the callback comes before the answer",
    "no_callback": "no callback comes",
    "lying_callback": "the payer declines and a callback says that they paid",
}


def by_payer(box: Box, request: Request) -> str:
    """The fault that the payer's number asks for, or ""."""
    said = request.json()
    found = re.fullmatch(r"03[0-9]99999([0-9]{2})", msisdn(said.get("debitParty")))
    fault = PAYERS.get(found[1], "") if found else ""
    if fault == "expired_token":
        # Only as this charge arrives for the first time: with a new token it is to pass.
        reference = str(said.get("requestingOrganisationTransactionReference"))
        return fault if box.memory.add("mvola-expired", reference, {}) else ""
    return fault


def listed(value: object) -> list[dict[str, Any]]:
    """The objects of a JSON list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def msisdn(party: object) -> str:
    """The one number of a party, in the national form that MVola takes, or ""."""
    rows = listed(party)
    value = rows[0].get("value") if len(rows) == 1 and rows[0].get("key") == "msisdn" else None
    return value if isinstance(value, str) and re.fullmatch(r"03\d{8}", value) else ""
