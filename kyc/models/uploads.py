"""Files that arrive in parts, over networks that get lost."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kyc.intake import MAX_BYTES


class Upload(models.Model):
    """A file on its way. Its parts lie sealed among the scans, unopened, until it is whole."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    place = models.CharField(max_length=60, help_text="case and side: `identitycase:12:selfie`")
    sha256 = models.CharField(max_length=64, help_text="of the whole file, as its sender says")
    length = models.PositiveIntegerField(help_text="bytes of the whole file")
    received = models.PositiveIntegerField(default=0, help_text="bytes")
    parts = models.JSONField(default=list, help_text="names of the parts in the store, in order")
    taken_at = models.DateTimeField(null=True, help_text="when somebody began to put it together")
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "place"], name="kyc_upload_one_a_place"),
            models.CheckConstraint(
                name="kyc_upload_within_its_length",
                condition=Q(length__gt=0, length__lte=MAX_BYTES, received__lte=F("length")),
            ),
        ]

    def __str__(self):
        return f"{self.place} {self.received}/{self.length}"

    @property
    def is_whole(self) -> bool:
        return self.received == self.length
