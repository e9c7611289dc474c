"""Questions anybody may ask without an account: counted by address, slowed down, never shut out."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from kyc import guesses, limits


def wait(request: HttpRequest) -> int:
    """Count a public question. Returns the seconds to wait: 0 if it may be answered.

    A carrier puts a town behind one address: after very many questions it is answered one every
    two seconds, which is nothing to a reader and of no use to a program that tries them all.
    """
    address = get_adapter(request).get_client_ip(request)
    # Of IPv6 a subscriber holds a whole network, and would have an address for each question.
    return limits.take("question", guesses.neighbourhood(address) if ":" in address else address)
