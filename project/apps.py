"""What binds the apps together: the timetable, the checks, the commands of the whole product."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin

# Libraries bring pages of their own for the admin site, which would show what ours hide.
WINDOWS = ("project.admin", "project.audit.admin", "notify.admin", "kyc.admin")


class ProjectConfig(AppConfig):
    name = "project"
    default = True

    def ready(self) -> None:
        from project import checks, heartbeat  # noqa: F401


class AdminConfig(admin.SimpleAdminConfig):
    """Django's admin site with our windows and nobody else's."""

    default_site = "project.admin.Site"

    def ready(self) -> None:
        super().ready()
        for module in WINDOWS:
            import_module(module)
