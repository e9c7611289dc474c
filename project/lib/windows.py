"""Windows of the admin site: what an administrator sees of a table, and the few verbs beside it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

# How the filters and the dates that are offered compare. A pattern of one's own could be any.
COMPARED = {"exact", "isnull", "year", "month", "day"}


def column(name: str, title: Any) -> Any:
    """A column of the table under a title of ours, by which it can be sorted."""

    @admin.display(description=title, ordering=name)
    def shown(row: Any) -> Any:
        words = getattr(row, f"get_{name}_display", None)
        value = words() if words else getattr(row, name)
        # The whole month would push the last columns off the screen.
        is_moment = isinstance(value, datetime)
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT") if is_moment else value

    shown.__name__ = name
    return shown


def choice(name: str, title: Any, kind: Any = admin.ChoicesFieldListFilter) -> Any:
    """A filter on a column under a title of ours."""

    class Titled(kind):
        def __init__(self, *args: Any, **options: Any):
            super().__init__(*args, **options)
            self.title = title

    return name, Titled


def values(name: str, title: Any) -> Any:
    """A filter on the values there are in a column."""
    return choice(name, title, admin.AllValuesFieldListFilter)


class Window(admin.ModelAdmin):
    """A table to look at: only the columns that are named, a list of rows and no page of one.

    Permissions of Django are not asked: whoever the site lets in may look, and state changes by
    verbs only.
    """

    section: Any = ""  # where the index lists it, and as what
    title: Any = ""
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    view_on_site = False

    @property
    def route(self) -> str:
        """The name of its address."""
        return f"{self.opts.app_label}_{self.opts.model_name}_changelist"

    def get_urls(self) -> list[Any]:
        """The list: no other page exists."""
        return [path("", self.admin_site.admin_view(self.changelist_view), name=self.route)]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list under its own title."""
        return super().changelist_view(request, {"title": self.title})

    def action_checkbox(self, row: Any) -> str:
        """A box that names its row by number: its own words may be what the columns hide."""
        attributes = {"class": "action-select", "aria-label": _("Choisir la ligne %s") % row.pk}
        box = forms.CheckboxInput(attributes, lambda _value: False)
        return box.render(ACTION_CHECKBOX_NAME, str(row.pk))

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Only by what is offered: a filter on a hidden column would let it be guessed."""
        offered = {one if isinstance(one, str) else one[0] for one in self.list_filter}
        return any(
            lookup == name or lookup.removeprefix(f"{name}__") in COMPARED
            for name in offered | {self.date_hierarchy}
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the table is listed."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether its rows are shown."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is written here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False
