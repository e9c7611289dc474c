"""Giving out a scan: from where no script can run, and never to be kept."""

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from storages.backends.s3 import S3Storage

from kyc import watermark


def picture_response(document):
    """The stored picture: a short-lived address of the bucket, or the file itself in the demo."""
    storage = document.picture.storage
    if isinstance(storage, S3Storage):
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


def marked_response(document, *, by):
    """The picture with the number of the account that looks at it, and the minute, across it.

    It never leaves as a bare file of the bucket: a photograph of the screen tells whose screen.
    """
    now = date_format(timezone.localtime(), "d/m/Y H:i")
    with document.picture.open("rb") as stored:
        marked = watermark.write(stored.read(), f"HETRA {by.pk} - {now}")
    response = HttpResponse(marked, content_type="image/jpeg")
    response["Content-Disposition"] = f'attachment; filename="{document.key}.jpg"'
    return _harmless(response)


def _harmless(response):
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
