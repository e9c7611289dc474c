"""Giving out a scan: from where no script can run, and never to be kept."""

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kyc import documents, store, watermark
from project.lib.buckets import Bucket
from project.lib.screens import screen


def picture_response(request, document):
    """The stored picture: a short-lived address of the bucket, or the file itself in the demo."""
    storage = document.picture.storage
    try:
        store.require(document.picture.name)
    except (store.Away, store.Lost) as fault:
        return _without(request, fault)
    if isinstance(storage, Bucket):
        response = HttpResponseRedirect(
            storage.url(
                document.picture.name,
                parameters={
                    "ResponseContentDisposition": f'attachment; filename="{document.key}.jpg"',
                    "ResponseContentType": "image/jpeg",
                },
            )
        )
    else:
        response = FileResponse(
            document.picture.open("rb"), as_attachment=True, filename=f"{document.key}.jpg"
        )
        response["Content-Type"] = "image/jpeg"
    return _harmless(response)


def small_response(request, document):
    """The picture as a page of the form draws it beside others."""
    try:
        picture = documents.preview(document)
    except (store.Away, store.Lost) as fault:
        return _without(request, fault)
    return _harmless(HttpResponse(picture, content_type="image/jpeg"))


def marked_response(request, document):
    """The picture with the number of the account that asks for it, and the minute, across it.

    It never leaves as a bare file of the bucket: a photograph of the screen tells whose screen.
    """
    now = date_format(timezone.localtime(), "d/m/Y H:i")
    try:
        picture = documents.content(document)
    except (store.Away, store.Lost) as fault:
        return _without(request, fault)
    marked = watermark.write(picture, f"HETRA {request.user.pk} - {now}")
    response = HttpResponse(marked, content_type="image/jpeg")
    response["Content-Disposition"] = f'attachment; filename="{document.key}.jpg"'
    return _harmless(response)


def _without(request, fault):
    """What stands in for a picture: a drawing inside a page, a page where it was opened alone."""
    if isinstance(fault, store.Away):
        status, words = 503, (_("Photo indisponible"), _("Réessayez dans quelques minutes."))
    else:
        status, words = 404, (_("Photo introuvable"), _("L'équipe technique est prévenue."))
    context = {"is_away": status == 503, "title": words[0], "hint": words[1]}
    if "text/html" in request.headers.get("Accept", ""):
        return screen(request, "kyc/no_picture.html", context, status=status)
    drawn = render_to_string("kyc/no_picture.svg", context)
    return _harmless(HttpResponse(drawn, content_type="image/svg+xml", status=status))


def _harmless(response):
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
