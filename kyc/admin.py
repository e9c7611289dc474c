"""Windows on people: who is signed in, who is held back, what was deleted, what was asked for."""

from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kyc import guesses, limits, sessions
from kyc.credentials import Tally
from kyc.models import Deletion, StaffRequest
from project.lib.windows import Window, choice, column, values

ACCOUNTS = _("Comptes")


@admin.register(UserSession)
class Sessions(Window):
    """Where people are signed in: the network, never the whole address, never the session's key."""

    section, title = ACCOUNTS, _("Connexions ouvertes")
    list_display = (
        "id",
        column("user_id", _("compte")),
        "phone",
        "role",
        "network",
        column("user_agent", _("navigateur")),
        column("created_at", _("ouverte le")),
        column("last_seen_at", _("vue le")),
    )
    list_filter = (choice("user__role", _("rôle")),)
    list_select_related = ("user",)
    ordering = ("-last_seen_at",)
    search_fields = ("=user__pk",)
    search_help_text = _("Numéro du compte.")
    actions = ("close",)

    @admin.display(description=_("téléphone"))
    def phone(self, row):
        """Masked."""
        return str(row.user)

    @admin.display(description=_("rôle"))
    def role(self, row):
        """The role in which the session was opened."""
        return row.user.get_role_display()

    @admin.display(description=_("réseau"))
    def network(self, row):
        """Whence, as far as limits look at it."""
        return guesses.neighbourhood(row.ip)

    @admin.action(description=_("Fermer ces connexions"))
    def close(self, request, rows):
        """End them at once; whoever they are may sign in again."""
        closed = sum(sessions.close(row.pk, by=request.user) for row in rows)
        said = ngettext("%d connexion fermée.", "%d connexions fermées.", closed)
        messages.success(request, said % closed)


@admin.register(Tally)
class Tallies(Window):
    """What was tried too often. Whose it is cannot be read, only asked for: keys are hashes."""

    section, title = ACCOUNTS, _("Essais comptés et blocages")
    list_display = (
        "id",
        column("action", _("ce qui est compté")),
        column("count", _("fois")),
        column("free_at", _("retenu jusqu'au")),
        column("forgotten_at", _("oublié le")),
    )
    list_filter = (values("action", _("ce qui est compté")),)
    ordering = ("-free_at",)
    # Without a field the box is not shown; what is typed is looked up by its hash alone.
    search_fields = ("key",)
    search_help_text = _("Numéro du compte, ou adresse IP.")
    actions = ("release",)

    def get_search_results(self, request, queryset, search_term):
        """The counts of exactly that person or address, on every rule."""
        typed = search_term.strip()
        return (queryset & limits.about(guesses.keys_of(typed)) if typed else queryset), False

    @admin.action(description=_("Lever ces blocages"))
    def release(self, request, rows):
        """Begin anew, each with its line in the log."""
        released = sum(limits.release(row.pk, by=request.user) for row in rows)
        said = ngettext("%d blocage levé.", "%d blocages levés.", released)
        messages.success(request, said % released)


@admin.register(Deletion)
class Deletions(Window):
    """The proofs of what retention deleted."""

    section, title = _("Conservation des données"), _("Suppressions faites")
    list_display = (
        "id",
        column("kind", _("quoi")),
        column("count", _("lignes")),
        column("before", _("plus vieilles que")),
        column("at", _("supprimées le")),
        column("digest", _("empreinte")),
    )
    list_filter = (values("kind", _("quoi")),)
    date_hierarchy = "at"
    ordering = ("-pk",)


@admin.register(StaffRequest)
class StaffRequests(Window):
    """What one administrator asked for and another decided: on our own page, not here."""

    section, title = ACCOUNTS, _("Demandes sur le personnel")
    list_display = (
        "id",
        column("kind", _("demande")),
        column("user_id", _("compte")),
        column("role", _("nouveau rôle")),
        column("asked_by_id", _("demandée par")),
        column("asked_at", _("le")),
        column("state", _("état")),
        column("decided_by_id", _("décidée par")),
        column("decided_at", _("le")),
    )
    list_filter = (choice("state", _("état")), choice("kind", _("demande")))
    date_hierarchy = "asked_at"
    ordering = ("-pk",)
