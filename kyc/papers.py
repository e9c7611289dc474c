"""Identity papers: which there are, and what each needs. One table."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kyc import cin

WARNING = timedelta(days=60)  # before a paper ends, its holder is told

NUMBER = re.compile(r"\A[A-Z0-9][A-Z0-9/-]{2,23}\Z")


class Side(TextChoices):
    """What is photographed."""

    IDENTITY_FRONT = "identity_front", gettext_lazy("pièce d'identité, recto")
    IDENTITY_BACK = "identity_back", gettext_lazy("pièce d'identité, verso")
    SELFIE = "selfie", gettext_lazy("photo de vous")
    PROOF_OF_ADDRESS = "proof_of_address", gettext_lazy("justificatif de domicile")
    CARTE_GRISE_FRONT = "carte_grise_front", gettext_lazy("carte grise, recto")
    CARTE_GRISE_BACK = "carte_grise_back", gettext_lazy("carte grise, verso")


class Kind(TextChoices):
    """A dossier is proved by one of these: a kind of paper and its number."""

    CIN = "cin", gettext_lazy("carte nationale d'identité (CIN)")
    PASSPORT = "passport", gettext_lazy("passeport")
    RESIDENT_CARD = "resident_card", gettext_lazy("carte de résident")
    LOSS_RECEIPT = "loss_receipt", gettext_lazy("récépissé de déclaration de perte")
    ATTESTATION = "attestation", gettext_lazy("attestation tenant lieu de carte")
    NUI = "nui", gettext_lazy("numéro d'identification unique (NUI)")


def parse_number(typed: str) -> str:
    """A number as it is stored: capitals and digits, no spaces. Raises ValidationError."""
    number = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    if not NUMBER.match(number):
        raise ValidationError(
            _("Écrivez de 3 à 24 lettres et chiffres, comme sur la pièce."), code="number"
        )
    return number


@dataclass(frozen=True)
class Paper:
    """What a kind of paper needs, and until when it proves anything."""

    sides: tuple[Side, ...]
    parse: Callable[[str], str] = parse_number
    # Years after its issue; None where the paper says itself until when.
    years: int | None = None
    # Years after its issue from which its holder is told that others may refuse it.
    old_after: int | None = None
    # Whether it prints the day it ends, which must then be declared.
    prints_expiry: bool = False
    # Months for which it may at most stand in for the paper it replaces.
    stands_in: int | None = None
    # Whether it says where its holder lives, and whose child they are.
    prints_family: bool = False
    # What reads its pictures, by its name in kyc.ocr; nothing where there is no reader.
    reader: str = ""
    # Of what that reads, what is not what the form asks for under the same name.
    unlike: frozenset[str] = frozenset()

    def expiry(self, issued: date | None, printed: date | None) -> date | None:
        """The last day it proves anything: printed on it, or so many years after its issue."""
        if self.prints_expiry or self.years is None:
            return printed
        return _years_after(issued, self.years) if issued else None

    def is_old(self, issued: date | None, today: date) -> bool:
        """Whether banks and others often refuse it, although it is still valid."""
        return bool(self.old_after and issued and _years_after(issued, self.old_after) <= today)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


_ALWAYS = (Side.SELFIE, Side.PROOF_OF_ADDRESS)
FACES = (Side.IDENTITY_FRONT, Side.IDENTITY_BACK)  # of the paper itself


def _in_place_of_a_card(*, months: int) -> Paper:
    """What its holder has while a card is lost. The number read on it is the card's."""
    return Paper(
        (Side.IDENTITY_FRONT, *_ALWAYS),
        prints_expiry=True,
        prints_family=True,
        stands_in=months,
        reader="attestation",
        unlike=frozenset({"number"}),
    )


# A CIN holds for 20 years, by the law in force since 1982 (recalled by the ministry of the
# interior in August 2016); banks and the public often say 10.
PAPERS = {
    Kind.CIN: Paper(
        (*FACES, *_ALWAYS),
        parse=cin.parse,
        years=20,
        old_after=10,
        prints_family=True,
        reader="cin",
    ),
    Kind.PASSPORT: Paper((Side.IDENTITY_FRONT, *_ALWAYS), prints_expiry=True, reader="mrz"),
    Kind.RESIDENT_CARD: Paper((*FACES, *_ALWAYS), prints_expiry=True, reader="mrz"),
    Kind.LOSS_RECEIPT: _in_place_of_a_card(months=6),
    Kind.ATTESTATION: _in_place_of_a_card(months=12),
    # The new identity is being enrolled: the shape of its number is not published yet.
    Kind.NUI: Paper((Side.IDENTITY_FRONT, *_ALWAYS)),
}
