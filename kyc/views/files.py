"""Giving out a scan: from where no script can run, and never to be kept."""

from django.http import FileResponse, HttpResponseRedirect
from storages.backends.s3 import S3Storage


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
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
