"""The citizen's side of a case: opening it, filling it in, sending it."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kyc.cases import Case
from notify import messages
from project.audit import chain
from project.lib.workflow import MoveRefused


@transaction.atomic
def begin(cases: QuerySet, *, by, **fields: Any) -> Case:
    """The citizen's case among `cases`, opened if there is none.

    Two clicks open one case: get_or_create reads again where the constraint refuses. The region is
    the one of their identity case, until they choose another.
    """
    identities = by.identitycases.exclude(region="").order_by("-pk")
    known = {"region": identities.values_list("region", flat=True).first() or ""}
    case, is_new = cases.get_or_create(citizen=by, **fields, defaults=known)
    if is_new:
        chain.record("case.opened", by=by, about=case)
    return case


@transaction.atomic
def declare(case: Case, values: dict[str, Any], *, by) -> None:
    """Write down what the citizen declares. Raises MoveRefused once the case is sent."""
    _require_editable(case, by)
    for name in case.DECLARED:
        setattr(case, name, values[name])
    case.save(update_fields=case.DECLARED)


@transaction.atomic
def submit(case: Case, *, by) -> None:
    """Send a complete case to the agents' queue. Sending it twice is sending it once.

    Raises MoveRefused while a picture is missing, or when an agent has already taken it up.
    """
    case.lock()
    if case.state == Case.State.WAITING and case.citizen_id == by.pk:
        return
    _require_editable(case, by)
    if not case.is_complete:
        raise MoveRefused(_("Il manque une photo ou une réponse : complétez-la avant d'envoyer."))
    case.move(
        Case.State.WAITING,
        by=by,
        reason="",
        submitted_at=timezone.now(),
        decided_at=None,
        agent=None,
        claimed_at=None,
    )
    messages.send("case_submitted", to=by, case=case)
    chain.record("case.submitted", by=by, about=case)


def _require_editable(case: Case, citizen) -> None:
    case.lock()
    if case.citizen_id != citizen.pk or not case.is_editable:
        raise MoveRefused(_("Ce dossier est déjà envoyé : il ne peut plus être changé."))
