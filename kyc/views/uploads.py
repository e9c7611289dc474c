"""Photos that a browser sends in parts (static/js/capture.js); without it, the page's form does."""

import re

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from kyc import intake, uploads
from project.lib.access import filler
from project.lib.workflow import MoveRefused


@filler
@require_http_methods(["GET", "HEAD", "PATCH"])
def upload(request, pk, side, sha256, *, model):
    """How much of a file is here, and its next part. `Upload-Complete` says it is received."""
    case = get_object_or_404(model.objects.filled_by(request.user), pk=pk)
    if side not in case.sides or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Http404
    file = uploads.File(case, side, sha256, request.user)
    if request.method == "PATCH":
        return _extend(request, file)
    received = 0 if file.is_taken else uploads.received(file)
    return _so_far(received, is_taken=file.is_taken, status=200)


def _extend(request, file):
    try:
        start, length = (_number(request, name) for name in ("Upload-Offset", "Upload-Length"))
        taken = uploads.extend(file, request.body, start=start, length=length)
    except uploads.Misplaced as due:
        return _so_far(due.received, status=409)
    except intake.Refused as refusal:
        status = 503 if refusal.code in intake.OURS else 422
        return JsonResponse({"message": str(refusal.message)}, status=status)
    except MoveRefused as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    return _so_far(start + len(request.body), is_taken=bool(taken))


def _number(request, header):
    try:
        return int(request.headers[header])
    except (KeyError, ValueError):
        raise intake.Refused("damaged") from None


def _so_far(received, *, is_taken=False, status=204):
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(received)}
    if is_taken:
        headers["Upload-Complete"] = "?1"
    return HttpResponse(status=status, headers=headers)
