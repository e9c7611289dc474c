"""The log's rows. Only `chain.record` writes them; the database refuses to change any."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stream(models.TextChoices):
    """Each stream is a chain of its own, so that payments do not wait for scans."""

    MONEY = "money", _("argent")
    IDENTITY = "identity", _("identités et véhicules")
    SCAN = "scan", _("contrôles")
    ACCESS = "access", _("accès")
    ADMIN = "admin", _("administration")


class EventQuerySet(models.QuerySet):
    def about(self, object_type, ids):
        """What happened to these rows of one model."""
        return self.filter(object_type=object_type, object_id__in=[str(pk) for pk in ids])


class Event(models.Model):
    """One act: who did what to which row, when, from where.

    People and rows are named by number, never by foreign key: an event outlives what it is about,
    and reading it must lock nobody's row.
    """

    stream = models.CharField(_("registre"), max_length=10, choices=Stream)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(_("date"))
    actor = models.PositiveBigIntegerField(_("compte"), null=True, help_text="none: the system")
    actor_role = models.CharField(_("rôle"), max_length=20, blank=True)
    session_hash = models.CharField(max_length=32, blank=True, help_text="keyed hash")
    ip = models.CharField(max_length=32, blank=True, help_text="keyed hash of the address")
    action = models.CharField(_("acte"), max_length=40)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    reason = models.CharField(_("motif"), max_length=500, blank=True)
    data = models.JSONField(default=dict)
    prev = models.CharField(max_length=64, help_text="hash of the event before, in hex")
    hash = models.CharField(max_length=64, help_text="sha256, see chain.digest")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("événement")
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="audit_event_one_per_seq"),
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id", "action"], name="audit_event_object"),
            models.Index(fields=["actor", "-id"], name="audit_event_actor"),
            models.Index(fields=["action", "-id"], name="audit_event_action"),
            models.Index(fields=["at"], name="audit_event_at"),
        ]

    def __str__(self):
        return f"{self.stream} {self.seq}: {self.action}"


class Head(models.Model):
    """The end of each chain. Its row lock gives every event its place."""

    stream = models.CharField(max_length=10, choices=Stream, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self):
        return f"{self.stream} {self.seq}"


class Round(models.Model):
    """A time the log was anchored or verified: for the auditor's screen, never a proof."""

    class Kind(models.TextChoices):
        ANCHORING = "anchoring", _("ancrage")
        VERIFICATION = "verification", _("vérification")

    kind = models.CharField(max_length=15, choices=Kind)
    at = models.DateTimeField(auto_now_add=True)
    since = models.DateTimeField(null=True, help_text="none: the whole log")
    events = models.PositiveBigIntegerField(help_text="anchored, or looked at")
    faults = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["kind", "-at"], name="audit_round_latest")]

    def __str__(self):
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
