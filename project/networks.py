"""From where administrators may work: elsewhere their role opens nothing, codes or not."""

import ipaddress
from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from project import policy
from project.audit import chain

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TOLD = "network_refused"  # a session is written down once, not at every click


class NetworkMiddleware:
    """Refuses administrators who come from outside `ADMIN_NETWORKS`. Put it after the origin's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Raises PermissionDenied, and the page says why. What is public stays so."""
        if getattr(request.user, "role", "") != "administrator" or _is_for_all(request):
            return
        address = get_adapter(request).get_client_ip(request)
        if is_admitted(address):
            return
        if not request.session.get(TOLD):
            request.session[TOLD] = True
            chain.witness("network.refused", by=request.user, about=request.user)
        request.refusal = _(  # type: ignore[attr-defined]
            "Un compte d'administrateur ne s'utilise que depuis les réseaux de l'administration."
        )
        raise PermissionDenied("outside ADMIN_NETWORKS")


def is_admitted(address: str) -> bool:
    """Whether administrators may come from there. Without a list, from everywhere."""
    networks = parse(tuple(settings.ADMIN_NETWORKS))
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return not networks
    # A socket of both kinds writes 41.188.1.1 as ::ffff:41.188.1.1.
    number = getattr(number, "ipv4_mapped", None) or number
    return not networks or any(number in network for network in networks)


@cache
def parse(networks: tuple[str, ...]) -> list[Network]:
    """The networks of a list. Raises ValueError for what is none."""
    return [ipaddress.ip_network(network.strip()) for network in networks]


def _is_for_all(request: HttpRequest) -> bool:
    """Pages for everybody, signing in and out among them. An unknown page is for nobody."""
    match = request.resolver_match
    rule = policy.rule_for(match.view_name) if match else None
    return rule is not None and rule.who == "public"
