"""The words we share with SMS gateways. Nothing here touches the database."""

from typing import Protocol

from project.lib.http import NoAnswer

__all__ = ["Gateway", "GatewayDown", "NoAnswer"]


class GatewayDown(Exception):
    """The gateway certainly did not take the message: another may, or the same one later."""


class Gateway(Protocol):
    """How we talk to one SMS gateway. It translates words and decides nothing."""

    code: str

    def send(self, *, to: str, body: str, reference: str) -> str:
        """Hand over a message for `to`, E.164; `reference` is ours. Return the gateway's id of it.

        Raises GatewayDown where the message certainly was not taken, and NoAnswer where it may
        have been: sending it elsewhere would then risk that the person reads it twice.
        """
