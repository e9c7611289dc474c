"""Stopping an upload that is too long while it arrives, before it fills memory or disk."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

# One file over the limit is read a little further, so that the form can say so by name.
SLACK = 64 * 1024


class CappedUploadHandler(FileUploadHandler):
    """Keeps no more of a request than two scans' worth of bytes."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count every byte of the request's files. Raises StopUpload past the cap.

        What still arrives is read and thrown away: a browser whose connection is cut shows its
        own error, and the person would not learn what was wrong.
        """
        self.received += len(raw_data)
        if self.received > 2 * settings.UPLOAD_LIMIT + SLACK:
            self.request.upload_was_cut = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that follow."""
