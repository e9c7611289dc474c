"""What we owe people to tell."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from project.lib.sealed import SealedCharField, SealedTextField


class MessageQuerySet(models.QuerySet):
    def queued(self):
        """Messages that have not left yet."""
        return self.filter(state=Message.State.QUEUED)


class Message(models.Model):
    """A text we owe someone, by SMS or by e-mail, whether or not it has left yet."""

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        EMAIL = "email", _("e-mail")

    class State(models.TextChoices):
        QUEUED = "queued", _("en file")
        SENDING = "sending", _("en cours d'envoi")
        SENT = "sent", _("envoyé")
        FAILED = "failed", _("échoué")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="messages"
    )
    channel = models.CharField(max_length=5, choices=Channel)
    to = SealedCharField(max_length=254)
    template = models.CharField(max_length=40)
    subject = SealedCharField(max_length=150, blank=True)
    body = SealedTextField(help_text="may hold a code until it has left")
    is_secret = models.BooleanField(default=False, help_text="holds a code: wiped once it has left")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    gateway = models.CharField(max_length=20, blank=True)
    gateway_reference = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notify_message_sent_when_it_left",
                condition=Q(state="sent", sent_at__isnull=False)
                | ~Q(state="sent") & Q(sent_at=None),
            ),
        ]

    def __str__(self):
        return f"message {self.pk}"

    @property
    def channel_icon(self) -> str:
        return {"sms": "phone", "email": "mail"}[self.channel]
