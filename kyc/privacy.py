"""What the law on personal data gives a person: a copy of it all, and the end of the account.

Source: law 2014-038, articles 22 and 23.
"""

import io
import json
import zipfile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _

from kyc import documents, organisations, reproofing, store
from kyc.cases import Case
from kyc.models import Check, Decision, Document, DocumentView, Membership, User
from notify import messages
from project.audit import chain
from project.lib.workflow import MoveRefused

# Sent with `person`. Receivers of the apps above return (name, rows): what they hold of somebody.
gathered = Signal()


def export(person: User) -> bytes:
    """Everything we hold of a person, as a zip: one JSON file, and their pictures as JPEG.

    Nothing of the staff, and nothing that opens a door: neither codes, seeds nor addresses of
    callbacks are theirs to take away. A picture we lost is named as such. Raises store.Away.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        told = json.dumps(gather(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        archive.writestr("donnees.json", told)
        for document in Document.objects.filter(owner=person).order_by("pk"):
            stem = f"{document.pk}-{document.side}"
            try:
                archive.writestr(f"{stem}.jpg", documents.content(document))
            except store.Lost:
                archive.writestr(f"{stem}.txt", _("Cette photo est introuvable dans nos fichiers."))
    return held.getvalue()


def gather(person: User) -> dict[str, Any]:
    """What we hold of a person, by its kind."""
    found = {
        "account": _columns(person, ["phone", "email", "language", "date_joined", "last_login"]),
        "documents": [_document(paper) for paper in person.documents.order_by("pk")],
        "messages": [_message(message) for message in person.messages.order_by("pk")],
    }
    asked = ["reference", "state", "reason", "asked_at", "taken_at", "proof", "removed_at"]
    found["reproofings"] = [_columns(row, asked) for row in person.reproofings.order_by("pk")]
    found["memberships"] = [_membership(part) for part in person.memberships.order_by("pk")]
    visits = person.assistances.order_by("pk")
    found["assistances"] = [_columns(visit, ["begun_at", "ended_at"]) for visit in visits]
    for model in Case.__subclasses__():
        cases = model.objects.filter(citizen=person).order_by("pk")
        found[model._meta.model_name] = [_case(case) for case in cases]
    asked = Check.objects.filter(case__citizen=person).order_by("pk")
    found["checks"] = [_check(check) for check in asked]
    told = ["verdict", "reason_code", "sent_at", "decided_at"]
    decided = Decision.objects.filter(case__citizen=person).order_by("pk")
    found["decisions"] = [_columns(row, told) for row in decided]
    for _receiver, (name, rows) in gathered.send(sender=User, person=person):
        found[name] = rows
    return found


def _columns(row: Any, names: list[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _document(paper: Document) -> dict[str, Any]:
    names = ["side", "uploaded_at", "media_type", "sha256", "state", "reading"]
    looks = DocumentView.objects.filter(document=paper).values_list("at", flat=True)
    return _columns(paper, names) | {"looked_at": list(looks)}


def _message(message: Any) -> dict[str, Any]:
    told = _columns(message, ["channel", "to", "created_at", "sent_at", "state"])
    return told if message.is_secret else told | _columns(message, ["subject", "body"])


def _membership(part: Membership) -> dict[str, Any]:
    told = _columns(part, ["role", "state", "began_at", "ended_at"])
    return told | {"organisation": part.organisation.name}


def _case(case: Case) -> dict[str, Any]:
    names = ["reference", "state", "reason", "created_at", "submitted_at", "decided_at"]
    return _columns(case, [*names, *case.DECLARED]) | {"history": case.history()}


def _check(check: Check) -> dict[str, Any]:
    names = ["checker", "state", "words", "evidence", "created_at", "answered_at"]
    return _columns(check, names)


@transaction.atomic
def close(person: User, *, by) -> None:
    """Close an account: it signs in no more, from this moment on. Nothing is deleted by it.

    What is paid, decided and declared belongs to the tax file and is kept by law; the rest ends
    by `kyc.retention`. Raises MoveRefused for another's account, one of the staff's, or where an
    organisation would be left without a gestionnaire.
    """
    # Organisations are locked before people, as wherever somebody enters one.
    organisations.leave_all(person)
    held = User.objects.select_for_update().get(pk=person.pk)
    if by != held or held.role != User.Role.CITIZEN:
        raise MoveRefused(_("Seul un citoyen ferme son propre compte."))
    if not held.is_active:
        return
    held.is_active = person.is_active = False
    held.save(update_fields=["is_active"])
    reproofing.end_for(held, note="account closed")
    messages.send("account_closed", to=held)
    chain.record("account.closed", by=by, about=held)
