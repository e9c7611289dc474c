"""Where services that check identities call back. Only what they have signed is acted on."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kyc import callbacks, checkers
from project.lib.access import public


@csrf_exempt  # services carry no cookie; they sign what they send
@public
@require_POST
def check_callback(request, checker):
    """Keep what a service sends. 2xx only once it is kept; 401 for what it did not sign."""
    if checker not in checkers.enabled():
        return HttpResponse(status=404)
    length = request.headers.get("Content-Length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > callbacks.LIMIT:
        return HttpResponse(status=413)
    body = request.read(callbacks.LIMIT)
    if not body:
        return HttpResponse(status=400)
    headers = {name.lower(): value for name, value in request.headers.items()}
    is_genuine = callbacks.receive(checker, body, headers)
    return HttpResponse(status=200 if is_genuine else 401)
