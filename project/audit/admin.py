"""Windows on the log for administrators: how far it is, never what it says."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from project.audit.models import Head, Round
from project.lib.windows import Window, choice, column

LOG = _("Journal")


@admin.register(Head)
class Heads(Window):
    """The end of each chain. The events are the auditor's."""

    section, title = LOG, _("Têtes des registres")
    list_display = (
        column("stream", _("registre")),
        column("seq", _("événements")),
        column("hash", _("empreinte")),
    )


@admin.register(Round)
class Rounds(Window):
    """When the log was anchored and verified, and whether all was well."""

    section, title = LOG, _("Ancrages et vérifications")
    list_display = (
        column("kind", _("quoi")),
        column("at", _("quand")),
        column("since", _("depuis")),
        column("events", _("événements")),
        column("faults", _("anomalies")),
    )
    list_filter = (choice("kind", _("quoi")),)
    date_hierarchy = "at"
    ordering = ("-pk",)
