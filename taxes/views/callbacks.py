"""Where operators call back. Nothing they say here is believed: it is kept, then asked again."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from project.lib.access import public
from taxes import callbacks, providers

# What may help to understand a callback later. Never credentials.
KEPT_HEADERS = ("Content-Type", "User-Agent", "X-CorrelationID", "Date")


@csrf_exempt  # operators carry no cookie; the address itself is the secret
@public
@require_http_methods(["PUT", "POST"])
def callback(request, provider, secret):
    """Keep what an operator sends. 2xx only once it is kept, and the same for any address."""
    if provider not in providers.enabled():
        return HttpResponse(status=404)
    length = request.headers.get("Content-Length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > callbacks.LIMIT:
        return HttpResponse(status=413)
    body = request.read(callbacks.LIMIT)
    if not body:
        return HttpResponse(status=400)
    headers = {
        name: request.headers[name][:200] for name in KEPT_HEADERS if name in request.headers
    }
    callbacks.receive(provider, secret, body=body, headers=headers)
    return HttpResponse(status=200)
