"""Photographs of papers, and who looked at them."""

import uuid
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kyc.papers import Kind, Side
from project.lib.sealed import SealedJSONField


@cache
def scan_storage():
    """Where scans lie: S3 in production, files in the demo. One for all: it knows when to rest."""
    return storages["scans"]


class Document(models.Model):
    """One side of a paper, photographed. What is stored is our own re-encoded picture.

    A new upload makes a new row: the old one stays as evidence.
    """

    Side = Side

    class State(models.TextChoices):
        PENDING = "pending", _("lecture en attente")
        READ = "read", _("lu")
        UNREAD = "unread", _("non lu")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents"
    )
    side = models.CharField(max_length=20, choices=Side)
    # Of which it is a side; empty where it is of none of these.
    paper = models.CharField(max_length=20, choices=Kind, blank=True)
    picture = models.FileField(storage=scan_storage, max_length=120)
    original = models.FileField(storage=scan_storage, max_length=120)
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    media_type = models.CharField(max_length=30, help_text="of the original")
    sha256 = models.CharField(max_length=64)
    original_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    text = SealedJSONField(default=list, blank=True, help_text="lines of a PDF")
    reading = SealedJSONField(default=dict, blank=True, help_text="what OCR made of it")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(default=timezone.now, help_text="when it was last to be read")
    read_at = models.DateTimeField(null=True, blank=True, help_text="when its last reading ended")

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(state="pending"), name="kyc_document_pending"
            ),
            models.Index(
                fields=["read_at"], condition=Q(read_at__isnull=False), name="kyc_document_read"
            ),
        ]

    def __str__(self):
        return f"{self.get_side_display()} {self.pk}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def is_slow(self) -> bool:
        """Whether it has waited to be read for longer than is usual."""
        return self.is_pending and timezone.now() - self.asked_at > timedelta(seconds=30)

    @property
    def fields(self) -> dict:
        """What was read, by field name: value, confidence, confident, box."""
        return self.reading.get("fields", {})


class DocumentView(models.Model):
    """Somebody of the staff looked at a paper: in this service, reading is an act."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="views")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.document_id} par {self.by_id}"


class Deletion(models.Model):
    """The proof that data was deleted when its time had come: how much of what, never whose."""

    kind = models.CharField(max_length=40, help_text="a rule of kyc.retention")
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="sha256 of the rows' ids, sorted, by line")
    before = models.DateTimeField(help_text="what was older than this")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.kind}: {self.count}"


class Sweep(models.Model):
    """One comparison of the store of scans with the rows that name its files, slice by slice."""

    class Deletes(models.TextChoices):
        NONE = "none", _("rien")
        FEW = "few", _("peu")
        ALL = "all", _("tout")

    deletes = models.CharField(max_length=10, choices=Deletes, default=Deletes.NONE)
    done = models.PositiveSmallIntegerField(default=0, help_text="slices that are compared")
    files = models.PositiveIntegerField(default=0, help_text="seen in the store")
    orphans = models.PositiveIntegerField(default=0, help_text="files no row names")
    deleted = models.PositiveIntegerField(default=0, help_text="of the orphans")
    strangers = models.PositiveIntegerField(default=0, help_text="files whose name is not ours")
    missing = models.PositiveIntegerField(default=0, help_text="files that a row names, not there")
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.began_at:%Y-%m-%d %H:%M}"
