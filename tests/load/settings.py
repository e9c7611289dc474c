"""The settings of the measurements: those of the tests, with connections that are kept."""

from project.settings.test import *  # noqa: F403
from project.settings.test import DATABASES, LOGGING, ROOT, TEMPLATES

DATABASES = {"default": DATABASES["default"] | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
ROOT_URLCONF = "tests.load.urls"
TEMPLATES = [
    TEMPLATES[0] | {"DIRS": [*TEMPLATES[0]["DIRS"], ROOT / "tests" / "load" / "templates"]}
]
# Standard output is for the figures.
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "CRITICAL"}}
