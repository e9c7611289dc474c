"""A bucket that is never waited for long, and never believed: what it was given is read back."""

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ReadTimeoutError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

# Seconds: to connect, and to hand over one object; until a word of the answer; for a whole answer.
CONNECT, READ, WHOLE = 4, 5, 10
PATIENCE = Config(
    connect_timeout=CONNECT,
    read_timeout=READ,
    retries={"mode": "standard", "total_max_attempts": 2},
)
# A bucket that did not answer is left alone for so many seconds: whoever asks is told at once.
REST = 10
# Of one process's threads, those that may wait for it, and the seconds another waits for its turn.
AT_ONCE = 2
TURN = 2.0
CHUNK = 16 * 1024


class Away(OSError):
    """The bucket does not answer, refuses, or did not keep what it was given: ask again later."""


@dataclass(frozen=True)
class Entry:
    """One object, as a listing tells of it. `at` is when it was written."""

    name: str
    at: datetime


class Bucket(S3Storage):
    """Objects of a few megabytes, one request each.

    Raises FileNotFoundError for what is not there and `Away` for every other fault, within about
    `2 * READ` seconds of silence.
    """

    client_config: Any

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.client_config = self.client_config.merge(PATIENCE)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._rests_until = 0.0

    def _save(self, name: str, content: Any) -> str:
        cleaned = clean_name(name)
        key = self._normalize_name(cleaned)
        content.seek(0)
        body = content.read()
        sha256, md5 = hashlib.sha256(body), hashlib.md5(body, usedforsecurity=False)
        with self._turn():
            # Bytes and not a file: what a file is sent in has no deadline as a whole.
            self._client.put_object(
                Bucket=self.bucket_name,
                Key=key,
                Body=body,
                ContentMD5=base64.b64encode(md5.digest()).decode(),
                ChecksumSHA256=base64.b64encode(sha256.digest()).decode(),
                **self._get_write_parameters(key, content),
            )
            # An ETag is no hash where the bucket encrypts, and a checksum may be an echo of ours.
            if self._get(key) != body:
                raise Away("it keeps something else than it was given")
        return cleaned

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        if mode != "rb":
            raise ValueError("objects are written whole: save() them")
        with self._turn():
            return ContentFile(self._get(self._normalize_name(clean_name(name))), name=name)

    def delete(self, name: str) -> None:
        with self._turn():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with self._turn():
            return super().exists(name)

    def entries(self, prefix: str) -> Iterator[Entry]:
        """The objects whose names begin so, by name, a page of a thousand at a time."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket_name, Prefix=self.location + prefix
        )
        pages = iter(pages)
        while True:
            with self._turn():
                page = next(pages, None)
            if page is None:
                return
            for found in page.get("Contents", ()):
                yield Entry(found["Key"].removeprefix(self.location), found["LastModified"])

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _get(self, key: str) -> bytes:
        asked = {"Bucket": self.bucket_name, "Key": key, "ChecksumMode": "ENABLED"}
        answer = self._client.get_object(**asked)
        kept, deadline = bytearray(), time.monotonic() + WHOLE
        for chunk in answer["Body"].iter_chunks(CHUNK):
            kept += chunk
            if time.monotonic() > deadline:
                raise ReadTimeoutError(endpoint_url=self.endpoint_url)
        return bytes(kept)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One of those who may wait for the bucket; its faults in our words."""
        if time.monotonic() < self._rests_until:
            raise Away("it did not answer a moment ago")
        if not self._turns.acquire(timeout=TURN):
            raise Away("too many wait for it")
        try:
            yield
        except HTTPClientError as silence:
            self._rests_until = time.monotonic() + REST
            raise Away(_kind(silence)) from silence
        except ClientError as refusal:
            code = refusal.response.get("Error", {}).get("Code", "")
            if code in ("NoSuchKey", "404"):
                raise FileNotFoundError(_kind(refusal)) from refusal
            raise Away(f"it refuses: {code}") from refusal
        except BotoCoreError as fault:
            raise Away(_kind(fault)) from fault
        finally:
            self._turns.release()


def _kind(fault: Exception) -> str:
    return type(fault).__name__


def entries(storage: Storage, prefix: str) -> Iterator[Entry]:
    """The files of a storage whose names begin so, by name. Of a folder, all names are read."""
    if isinstance(storage, Bucket):
        yield from storage.entries(prefix)
        return
    folder, slash, start = prefix.rpartition("/")
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(name for name in names if name.startswith(start)):
        try:
            yield Entry(folder + slash + name, storage.get_modified_time(folder + slash + name))
        except FileNotFoundError:
            continue  # gone since
