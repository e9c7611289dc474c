"""Windows on what was sent: whether it left and by whom, never its words."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notify.models import Message
from project.lib import phones
from project.lib.windows import Window, choice, column, values


@admin.register(Message)
class Messages(Window):
    """Messages, without their text and with their address masked."""

    section, title = _("Messages"), _("Messages")
    list_display = (
        "id",
        column("channel", _("canal")),
        "masked",
        column("template", _("modèle")),
        column("state", _("état")),
        column("attempts", _("essais")),
        column("gateway", _("passerelle")),
        column("created_at", _("écrit le")),
        column("sent_at", _("parti le")),
    )
    list_filter = (
        choice("state", _("état")),
        choice("channel", _("canal")),
        values("template", _("modèle")),
        values("gateway", _("passerelle")),
    )
    date_hierarchy = "created_at"
    ordering = ("-pk",)

    @admin.display(description=_("destinataire"))
    def masked(self, message):
        """Enough to tell two apart, too little to write to."""
        return mask(message.to)


def mask(address):
    """A phone or an e-mail address with its middle taken out."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else phones.mask(address)
