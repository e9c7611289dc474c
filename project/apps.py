"""What binds the apps together: the timetable, the checks, the commands of the whole product."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        from project import checks, heartbeat  # noqa: F401
