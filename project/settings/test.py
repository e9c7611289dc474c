"""The tests: the demo's settings, on PostgreSQL, with fast passwords and our own servers."""

import os
from pathlib import Path

# The demo of whoever runs the tests is left alone, and so is each process of theirs by the others.
worker = os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ.setdefault(
    "DEMO_DIR", str(Path(__file__).resolve().parents[2] / "var" / "tests" / worker)
)
os.environ.setdefault("DATABASE_URL", "postgres://hetra@127.0.0.1:5432/hetra")
DATABASE_URL = os.environ["DATABASE_URL"]

from environs import Env  # noqa: E402

from project.settings.dev import *  # noqa: E402, F403
from project.settings.dev import STORAGES  # noqa: E402

DATABASES = {"default": Env().dj_db_url("DATABASE_URL", conn_max_age=0)}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "process")
}
STORAGES = STORAGES | {
    name: {"BACKEND": "django.core.files.storage.InMemoryStorage"} for name in ("scans", "anchors")
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# Whoever tests checks says by whom.
IDENTITY_CHECKERS = []
