"""What is odd about a dossier, said softly: it warns and never refuses."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import cin, comparison, districts, documents
from kyc.models import IdentityCase
from kyc.models.answers import Sex
from kyc.papers import Kind

# What stands in a zone for machines with a check digit of its own.
PROVED = ("number", "birth_date", "expiry")
SEXES = {"1": Sex.MALE, "2": Sex.FEMALE}  # the sixth digit of a CIN


def about(case: Any) -> list[str]:
    """Sentences about what looks wrong in a case, for its citizen and for whoever decides it."""
    if not isinstance(case, IdentityCase):
        return []
    today = timezone.localdate()
    said = [_about_cin(case), _about_zone(case), _about_age(case), _about_validity(case, today)]
    return [sentence for sentences in said for sentence in sentences]


def explained(case: Any, name: str, value: Any) -> str:
    """What the digits of a CIN are said to mean, or nothing. Secondary sources only."""
    if name != "number" or not isinstance(case, IdentityCase) or case.paper not in ("", Kind.CIN):
        return ""
    try:
        number = cin.parse(str(value or ""))
    except ValidationError:
        return ""
    district, sex = districts.DISTRICTS.get(number[:3]), SEXES.get(number[5])
    said = [
        _("%(digits)s : district %(name)s") % {"digits": number[:3], "name": district.name}
        if district
        else _("%s : district que nous ne connaissons pas") % number[:3],
        f"{number[5]} : {sex.label}" if sex else "",
        _("%s : numéro d'ordre") % number[6:],
    ]
    return " · ".join(filter(None, said))


def _about_cin(case: IdentityCase) -> list[str]:
    number = case.number
    if case.paper != Kind.CIN or not number:
        return []
    said = []
    if number[:3] not in districts.DISTRICTS:
        said.append(
            _("Les trois premiers chiffres ne sont ceux d'aucun district connu : relisez-les.")
        )
    if case.sex and SEXES.get(number[5], case.sex) != case.sex:
        said.append(
            _("Le sixième chiffre dit d'habitude le sexe (1 masculin, 2 féminin) : relisez-le.")
        )
    return said


def _about_zone(case: IdentityCase) -> list[str]:
    read = documents.values_read(case)
    checks = read.get("checks")
    if checks is None or case.rules.reader != "mrz":
        return []
    if not checks["value"]:
        return [
            _(
                "Les chiffres de contrôle de la zone imprimée en bas de la pièce ne tombent pas "
                "juste : relisez le numéro et les dates, ou reprenez la photo."
            )
        ]
    differing = [
        str(case._meta.get_field(name).verbose_name)
        for name in PROVED
        if name in read and read[name]["confident"] and getattr(case, name)
        if not comparison.same(getattr(case, name), read[name]["value"])
    ]
    said = _("La zone imprimée en bas de la pièce dit autre chose : relisez %(fields)s.")
    return [said % {"fields": ", ".join(differing)}] if differing else []


def _about_age(case: IdentityCase) -> list[str]:
    if not case.birth_date or not case.issue_date or case.issue_date <= case.birth_date:
        return []
    if case.issue_date.year - case.birth_date.year < 15:
        return [_("La pièce aurait été délivrée à un enfant : relisez les deux dates.")]
    return []


def _about_validity(case: IdentityCase, today: date) -> list[str]:
    if case.ends_on and case.ends_on < today:
        return [_("Cette pièce n'est plus valable : un agent ne pourra pas l'accepter.")]
    if case.rules.is_old(case.issue_date, today):
        return [
            _("Cette carte a plus de 10 ans. Elle vaut 20 ans, mais on la refuse parfois ailleurs.")
        ]
    return []
