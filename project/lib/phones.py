"""Malagasy mobile numbers: read in any spelling, stored as E.164, shown as people write them.

Source: the numbering plan as kept by libphonenumber (region MG, prefixes 032 to 039).
"""

import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

REGION = "MG"
LANDLINES = ("20", "22")  # 020 and the region's digits; 022 by internet


def parse(typed: str) -> str:
    """Return the number as E.164 (`+261341234567`).

    Raises ValidationError, saying what is wrong, for anything that is not a Malagasy mobile
    number: a landline, a prefix no operator holds, a wrong length, a number from abroad.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if len(text) == 9 and text.isascii() and text.startswith("3") and text.isdigit():
        text = f"0{text}"
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(
            _("Écrivez un numéro de téléphone, par exemple 034 12 345 67."), code="unreadable"
        ) from error
    _refuse_unusable(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refuse_unusable(number: phonenumbers.PhoneNumber) -> None:
    if phonenumbers.region_code_for_country_code(number.country_code or 0) != REGION:
        raise ValidationError(
            _("Ce numéro n'est pas malgache. Donnez un numéro qui commence par 03 ou +261 3."),
            code="abroad",
        )
    is_landline = phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE
    if is_landline or str(number.national_number).startswith(LANDLINES):
        raise ValidationError(
            _("Ce numéro est une ligne fixe, qui ne reçoit pas de SMS. Donnez un mobile."),
            code="landline",
        )
    if phonenumbers.number_type(number) != PhoneNumberType.MOBILE:
        raise ValidationError(
            _(
                "Ce numéro n'existe pas. Un mobile malgache a dix chiffres"
                " et commence par 032, 033, 034, 035, 036, 037, 038 ou 039."
            ),
            code="unassigned",
        )


def display(number: str) -> str:
    """Show a stored number as people write it: `034 12 345 67`."""
    national = phonenumbers.format_number(
        phonenumbers.parse(number, REGION), PhoneNumberFormat.NATIONAL
    )
    return str(national)


def mask(number: str) -> str:
    """Show only what lets its owner recognise a number: `034 •• ••• 67`."""
    shown = display(number)
    return f"{shown[:3]} •• ••• {shown[-2:]}"
