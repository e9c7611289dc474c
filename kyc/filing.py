"""The citizen's side of a case: opening it, filling it in, sending it."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc import checks
from kyc.cases import Case
from kyc.models import IdentityCase
from kyc.sections import Section
from notify import messages
from project.audit import chain
from project.lib.queue import READING, enqueue
from project.lib.workflow import MoveRefused


@transaction.atomic
def begin(cases: QuerySet, *, by, citizen: Any = None, **fields: Any) -> Case:
    """The citizen's case among `cases`, opened if there is none.

    Two clicks open one case: get_or_create reads again where the constraint refuses. What is known
    of the citizen from their last identity case stands in the new one, until they change it.
    `citizen` is whose it is, where an agent opens it with them. Raises MoveRefused for a person
    who is suspended.
    """
    owner = citizen or by
    _require_unsuspended(owner)
    last = owner.identitycases.exclude(region="").order_by("-pk").first()
    known = {name: getattr(last, name) for name in cases.model.CARRIED} if last else {}
    case, is_new = cases.get_or_create(citizen=owner, **fields, defaults=known)
    if is_new:
        chain.record("case.opened", by=by, about=case, **case.on_behalf(by))
    return case


@transaction.atomic
def declare(
    case: Case, section: Section, values: dict[str, Any], *, by, is_whole: bool = True
) -> None:
    """Write down what is declared on a page. What was sent back of it counts as mended.

    Where not `is_whole` its citizen left in the middle of it: nothing counts as mended. Raises
    MoveRefused once the case is sent, or where this section was not sent back.
    """
    _require_editable(case, by)
    _require_open(case, section)
    changed = case.declare({name: values[name] for name in section.fields if name in values})
    if is_whole and section.name in case.reopened:
        case.reopened[section.name]["done"] = True
    case.declared_at = timezone.now()
    case.save(update_fields=[*changed, "reopened", "declared_at", *case.mark_stage()])
    if case.citizen_id != by.pk:
        chain.record("case.filled", by=by, about=case, part=section.name, **case.on_behalf(by))


@transaction.atomic
def submit(case: Case, *, by) -> None:
    """Send a complete case to the agents' queue. Sending it twice is sending it once.

    Raises MoveRefused while a picture is missing, when an agent has already taken it up, or where
    who helps the citizen has not had the answers confirmed by them as they stand.
    """
    case.lock()
    if case.state == Case.State.WAITING and case.citizen_id == by.pk:
        return
    _require_editable(case, by)
    _require_unsuspended(case.citizen)
    if not case.is_agreed(by):
        raise MoveRefused(_("Les réponses ont changé : relisez-les à la personne."))
    if not case.is_complete:
        raise MoveRefused(_("Il manque une photo ou une réponse : complétez-la avant d'envoyer."))
    case.move(
        Case.State.WAITING,
        by=by,
        reason="",
        reason_code="",
        reopened={},
        tries=case.tries + 1,
        searched_at=None,
        submitted_at=timezone.now(),
        decided_at=None,
        agent=None,
        claimed_at=None,
    )
    if isinstance(case, IdentityCase):
        checks.begin(case)
    messages.send("case_submitted", to=case.citizen, case=case)
    chain.record("case.submitted", by=by, about=case, **case.on_behalf(by))
    enqueue("kyc.tasks.look_for_duplicates", case._meta.label_lower, case.pk, queue=READING)


def _require_editable(case: Case, by) -> None:
    case.lock()
    is_theirs = type(case).objects.filled_by(by).filter(pk=case.pk).exists()
    if not (is_theirs and case.is_editable):
        raise MoveRefused(_("Ce dossier est déjà envoyé : il ne peut plus être changé."))


def _require_unsuspended(person) -> None:
    """A suspension holds for the person: another dossier does not go round it."""
    if person.is_suspended:
        raise MoveRefused(_("Votre dossier d'identité est suspendu."))


def _require_open(case: Case, section: Section) -> None:
    if not case.is_open(section):
        raise MoveRefused(_("Cette partie est acceptée : elle ne se change plus."))
