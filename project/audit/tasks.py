"""Background work of the log: anchoring it every few minutes, verifying it by night."""

import logging

from django.utils import timezone

from project.audit import anchors, verification

logger = logging.getLogger(__name__)


def anchor():
    """Sign the end of every chain, and keep it outside the database."""
    anchors.write()


def verify():
    """Verify the last days; `manage.py verify_audit` verifies everything."""
    found, _tally = verification.run(timezone.now() - verification.NIGHTLY)
    for fault in found[:100]:
        logger.error("audit: %s", fault)
