"""The words we share with payment operators. Nothing here touches the database."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from project.lib.http import NoAnswer, NotSent

__all__ = ["Charge", "NoAnswer", "NotSent", "Outcome", "Provider", "Status", "plain", "token"]


class Status(Enum):
    """What became of a charge, in our words."""

    WAITING = "waiting"  # the operator holds it; the payer has not decided, or it does not say
    PAID = "paid"  # the operator took money; settling still compares how much, from and to whom
    REFUSED = "refused"  # the operator says that nothing was and will be taken


@dataclass(frozen=True, slots=True)
class Charge:
    """What we ask an operator to take, and from whom.

    `reference` is ours, unique to the attempt, of letters, digits, `-` and `_` only. `amount` is in
    ariary. `phone` is the payer's, E.164. `label` is what the payer reads, in any letters: each
    operator's own limits are its adapter's affair. `callback_url` is the attempt's secret address.
    `operator` holds whatever the operator gave us for this attempt so far (a correlation id, a
    token), empty before the first answer.
    """

    reference: str
    amount: int
    phone: str
    label: str
    callback_url: str
    operator: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operator says became of a charge, in our words; it is a claim to be compared.

    `operator` is to be merged into the charge's own. The rest is known only of a PAID charge:
    `reference` is the operator's name of the debit, which two charges never share; `amount` in
    ariary, None where what the operator wrote is no whole amount; `currency` as in ISO 4217, or
    the operator's word where it is not the one documented; `payer` and `payee` in E.164, None
    where not readable. None never equals what was asked, so it never settles: the money is then
    in suspense. `detail` is the operator's own explanation, for people of the office.
    """

    status: Status
    operator: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    amount: int | None = None
    currency: str | None = None
    payer: str | None = None
    payee: str | None = None
    detail: str = ""


class Provider(Protocol):
    """How we talk to one payment operator. It translates words and decides nothing."""

    code: str
    label: str

    @property
    def payee(self) -> str:
        """Our own account with the operator, as `Outcome.payee` must name it."""

    def charge(self, charge: Charge) -> Outcome:
        """Ask the operator to debit the payer, once.

        WAITING: taken in hand; REFUSED: explicitly not; never PAID, whatever the answer says.
        Raises NotSent where it certainly was not taken in hand (it may be tried again), and
        NoAnswer for everything else: the payer may be debited, so it is never sent again.
        """

    def fetch(self, charge: Charge) -> Outcome:
        """Ask what became of a charge. Changes nothing, may be repeated.

        Raises NoAnswer only, also when there is nothing to ask with.
        """

    def read_callback(self, body: bytes) -> dict[str, str]:
        """What an unsigned callback adds to `Charge.operator`: a hint where to look, no more.

        Empty where there is nothing sane in it. Never raises.
        """


def token(value: object) -> str:
    """An identifier given by an operator, or "" unless it can go in an address and a database."""
    if isinstance(value, str) and re.fullmatch(r"(?!\.{1,2}\Z)[!-~]{1,128}", value):
        return value
    return ""


def plain(value: object, limit: int = 200) -> str:
    """An operator's text made fit to keep and to show: one line, printable, not too long."""
    text = value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: limit * 2]).split())[
        :limit
    ]
