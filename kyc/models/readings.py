"""Reading many papers again: one batch at a time, with a line for each paper it has given."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from kyc.models.documents import Document


class ReadingBatchQuerySet(models.QuerySet):
    def under_way(self):
        """The one that is not over, if there is one."""
        return self.filter(ended_at=None)


class ReadingBatch(models.Model):
    """The papers of waiting dossiers, read again at somebody's wish: given in order, a few at once.

    What it gives next follows from `after`: whoever goes on with it needs nothing else.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, blank=True, help_text="of kyc.readings; empty: all")
    only_unread = models.BooleanField(default=False)
    total = models.PositiveIntegerField(help_text="papers that were meant when it began")
    after = models.PositiveBigIntegerField(default=0, help_text="papers up to here were given")
    until = models.PositiveBigIntegerField(help_text="the newest paper when it began")
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = ReadingBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot de lectures")
        constraints = [
            models.UniqueConstraint(
                IsNull(F("ended_at"), True),
                condition=Q(ended_at=None),
                name="kyc_readingbatch_one_at_a_time",
            ),
            models.CheckConstraint(
                name="kyc_readingbatch_over_when_stopped",
                condition=Q(stopped_by=None, stopped_at=None)
                | Q(stopped_by__isnull=False, stopped_at__isnull=False, ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.began_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.ended_at is None


class ReadingItem(models.Model):
    """A paper that a batch has given to the readers, and what came of it."""

    State = Document.State

    batch = models.ForeignKey(ReadingBatch, on_delete=models.CASCADE, related_name="items")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=Document.State, default=Document.State.PENDING)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "document"], name="kyc_readingitem_once_a_batch"
            ),
        ]
        indexes = [models.Index(fields=["batch", "state"], name="kyc_readingitem_counted")]

    def __str__(self):
        return f"{self.batch_id}: {self.document_id}"
