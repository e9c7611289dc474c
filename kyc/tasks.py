"""Background work. A task takes ids, may run twice, and calls one verb."""

from kyc import documents, review


def read(document_id):
    """Read a document that has not been read yet."""
    document = documents.claim_reading(document_id)
    if document:
        documents.read(document)


def release_stale():
    """Put back in their queues the cases that agents took and left lying."""
    review.release_stale()
