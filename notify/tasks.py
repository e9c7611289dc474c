"""Background work. A task takes ids, may run twice, and calls one verb."""

import logging

from notify import messages
from notify.gateways.base import GatewayDown

logger = logging.getLogger(__name__)


def deliver(message_id):
    """Send a message that has not left yet; the timetable tries again what nobody took."""
    message = messages.claim(message_id)
    if message is None:
        return
    try:
        messages.deliver(message)
    except GatewayDown as failure:
        logger.warning("message %s waits: %s", message_id, failure)


def resume():
    """Try again what could not leave."""
    messages.resume()
