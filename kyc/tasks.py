"""Background work. A task takes ids, may run twice, and calls one verb."""

from kyc import codes, documents, limits, organisations, reproofing, retention, review


def read(document_id):
    """Read a document that has not been read yet."""
    document = documents.claim_reading(document_id)
    if document:
        documents.read(document)


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


def end_stale_invitations():
    """End the invitations to organisations that nobody answered in time."""
    organisations.end_stale()
