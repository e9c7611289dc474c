"""Background work. A task takes ids, may run twice, and calls one verb."""

from django.apps import apps

from kyc import (
    checks,
    codes,
    documents,
    duplicates,
    expiry,
    limits,
    organisations,
    readings,
    reproofing,
    retention,
    review,
    sweep,
    uploads,
)
from kyc.models import IdentityCase


def read(document_id):
    """Read a document that has not been read yet."""
    document = documents.claim_reading(document_id)
    if document:
        documents.read(document)
    readings.go_on()


def go_on_reading():
    """Go on with a batch of readings whose worker died."""
    readings.go_on()


def look_for_duplicates(label, case_id):
    """Find what a case that was sent has in common with other people's."""
    case = apps.get_model(label).objects.filter(pk=case_id).first()
    if case:
        duplicates.look_for(case)


def ask_service(check_id):
    """Put a question to an outside service, once."""
    check = checks.claim_asking(check_id)
    if check:
        checks.ask(check)


def ask_after(check_id):
    """Ask an outside service what became of a question."""
    check = checks.claim_fetching(check_id)
    if check:
        checks.fetch(check)


def follow_up_checks():
    """Look after every question to an outside service that is not answered."""
    checks.follow_up()


def consider(case_id):
    """Let a case approve itself, where the policy wants it and the checks allow it."""
    case = IdentityCase.objects.filter(pk=case_id).first()
    if case:
        review.approve_alone(case)


def release_stale():
    """Put back in their queues the cases that agents took and left lying."""
    review.release_stale()


def finish_reproofings():
    """Take away lost second factors whose delay is over, and end what nobody confirmed."""
    reproofing.finish()


def enforce_retention():
    """Delete what has been kept for long enough, as much as one run has time for."""
    retention.enforce()


def forget_codes():
    """Delete the codes that are worth nothing any more, and the counts of tries long past."""
    codes.forget_old()
    limits.forget_old()


def forget_uploads():
    """Delete the parts of files that nobody went on sending."""
    uploads.forget_old()


def sweep_scans():
    """Compare the store of scans with the rows, as much as one run has time for, then go on."""
    sweep.go_on(sweep.current(), seconds=sweep.BUDGET)


def end_papers():
    """Warn of the papers that will end, and end the dossiers whose papers have ended."""
    expiry.run()


def end_stale_invitations():
    """End the invitations to organisations that nobody answered in time."""
    organisations.end_stale()
