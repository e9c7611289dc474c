"""Showing a masked value to whoever needs it whole: for a reason, written in the log, once."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kyc.cases import Case
from project.audit import chain
from project.audit.actions import REASONS
from project.lib.workflow import MoveRefused

PHONE = "phone"
OTHER = "other"
Reason = TextChoices("Reason", {code.upper(): (code, words) for code, words in REASONS.items()})
# Of a case in review: a lost factor has cases of its own.
CASE_REASONS = [Reason.DIFFERS, Reason.UNREAD, Reason.DUPLICATE, Reason.CONTACT, Reason.OTHER]
# The same reasons, as the person is told them whose value it was.
TOLD = {
    "differs": gettext_lazy("votre réponse et la photo ne disaient pas la même chose"),
    "unread": gettext_lazy("la photo n'a pas pu être lue"),
    "duplicate": gettext_lazy("pour vérifier que votre pièce ne sert qu'à vous"),
    "contact": gettext_lazy("pour vous joindre"),
    "reproofing": gettext_lazy("pour vérifier que c'est bien vous qui avez perdu votre accès"),
    "counter": gettext_lazy("pour remplir votre dossier avec vous"),
    OTHER: gettext_lazy("pour une autre raison, inscrite au journal"),
}


@transaction.atomic
def reveal(row: Model, names: Iterable[str], *, by, reason: str, words: str = "") -> None:
    """Write in the log that somebody is shown these values of a row. The values are not written.

    Call it before showing them: what cannot be recorded is not shown.
    """
    said = {"words": words} if words else {}
    fields = sorted(names)
    chain.record("identity.revealed", by=by, about=row, reason=reason, fields=fields, **said)


@transaction.atomic
def reveal_of_case(case: Case, names: Iterable[str], *, by, reason: str, words: str = "") -> None:
    """As above, to the agent who holds the case. Raises MoveRefused for anybody else."""
    held = type(case).objects.held_by(by).select_for_update(of=("self",))
    if not held.filter(pk=case.pk).first():
        raise MoveRefused(_("Ce dossier n'est plus entre vos mains."))
    reveal(case, names, by=by, reason=reason, words=words)


def masked_fields(case: Case) -> dict[str, str]:
    """What is masked of a case and can be asked for: the name of each value, and its words."""
    fields = {name: str(case._meta.get_field(name).verbose_name) for name in case.MASKED}
    return fields | ({PHONE: _("téléphone")} if case.citizen.phone else {})
