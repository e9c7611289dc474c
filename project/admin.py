"""Django's admin site behind our own doors, and its windows on the queue.

It is for operating the service: what waits, what failed, who is signed in. It has no page to sign
in, no password and no permission of its own, and it shows only tables that a `Window` was made for.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_q.models import Failure, OrmQ, Schedule

from project import failures
from project.lib.windows import Window, column, values

# Of Django's pages that belong to no table: signing in and out lead to ours, `jsi18n` is a script.
KEPT = {"index", "jsi18n", "login", "logout", "password_change"}


class Site(admin.AdminSite):
    """The admin site of administrators whose second factor has been given in this session."""

    site_title = _("Exploitation")
    site_header = _("Exploitation")
    index_title = _("Ce que le service fait en ce moment")
    site_url = None
    enable_nav_sidebar = False
    final_catch_all_view = False
    empty_value_display = "—"

    def __init__(self, name: str = "admin"):
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Raises TypeError for a table without a window: a library's own page shows everything."""
        if admin_class is None or not issubclass(admin_class, Window):
            raise TypeError(f"{model_or_iterable} needs a Window")
        super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Asked again behind the mark of every page: role, open account, second factor."""
        user: Any = request.user
        is_ours = user.is_active and getattr(user, "role", "") == "administrator"
        return is_ours and user.is_verified()

    def get_urls(self) -> list[Any]:
        """Django's pages, those we have kept.

        Who may open them, and that acting needs a factor given just now: `admin:*` in
        project/policy.py.
        """
        return [each for each in super().get_urls() if _is_kept(each)]

    def get_app_list(self, request: HttpRequest, app_label: Any = None) -> list[dict[str, Any]]:
        """The windows by their sections, in the order in which they were made."""
        sections: dict[str, list[dict[str, Any]]] = {}
        for model, window in self._registry.items():
            entry = {
                "name": window.title,
                "object_name": model._meta.object_name,
                "admin_url": reverse(f"admin:{window.route}"),
                "add_url": None,
                "view_only": True,
            }
            sections.setdefault(str(window.section), []).append(entry)
        index = reverse("admin:index")
        return [
            {"name": name, "app_label": f"section-{number}", "app_url": index, "models": models}
            for number, (name, models) in enumerate(sections.items())
        ]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one page to sign in, and one for the second factor; the index asks for both."""
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one page to sign out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one page for one's password."""
        return redirect("account_change_password")


def _is_kept(pattern: Any) -> bool:
    return not isinstance(pattern, URLPattern) or pattern.name in KEPT


# --- The queue ------------------------------------------------------------------------------------

QUEUE = _("File de travail")


@admin.register(OrmQ)
class Queued(Window):
    """Tasks that wait. What they were given is not shown."""

    section, title = QUEUE, _("Tâches en attente")
    list_display = ("id", column("key", _("file")), "func", column("lock", _("prise jusqu'au")))
    list_filter = (values("key", _("file")),)


@admin.register(Schedule)
class Scheduled(Window):
    """The timetable, as the cluster reads it."""

    section, title = QUEUE, _("Tâches périodiques")
    list_display = (
        column("name", _("tâche")),
        column("func", _("tâche")),
        column("minutes", _("toutes les … minutes")),
        column("next_run", _("prochaine fois")),
    )
    ordering = ("next_run",)


@admin.register(Failure)
class Failed(Window):
    """Tasks that failed as often as they may. Neither their arguments nor their words are shown."""

    section, title = QUEUE, _("Tâches échouées")
    list_display = (
        column("name", _("tâche")),
        column("func", _("tâche")),
        column("started", _("commencée le")),
        column("stopped", _("arrêtée le")),
        column("attempt_count", _("essais")),
        "error",
    )
    list_filter = (values("func", _("tâche")),)
    date_hierarchy = "stopped"
    actions = ("retry",)

    @admin.display(description=_("erreur"))
    def error(self, failed: Failure) -> str:
        """The kind of error: its words may hold what people wrote."""
        return failures.kind(failed)

    @admin.action(description=_("Remettre dans la file"))
    def retry(self, request: HttpRequest, rows: Any) -> None:
        """Queue them again, each with its line in the log."""
        count = sum(failures.retry(pk, by=request.user) for pk in rows.values_list("pk", flat=True))
        said = ngettext("%d tâche remise dans la file.", "%d tâches remises dans la file.", count)
        messages.success(request, said % count)
