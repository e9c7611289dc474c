"""The demo: SQLite, local files, operators played by `project/sandbox`. Never for real people."""

import os

# The demo's secrets protect nothing: it listens on loopback and its people are invented.
os.environ.setdefault("SECRET_KEY", "demo-only-" + "0123456789" * 5)
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost")
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("READING_WORKERS", "2")  # the first minute has all invented papers to read
PORT = os.environ.get("PORT", "8000")
if not PORT.isdigit():
    raise SystemExit(f"PORT={PORT} is no number")
PORT = int(PORT)
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT", PORT + 600))
os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{PORT}")

from project.settings.base import *  # noqa: E402, F403
from project.settings.base import (  # noqa: E402
    Q_CLUSTER,
    ROOT,
    STORAGES,
    env,
)

DEMO = True
DEBUG = env.bool("DEBUG", False)

VAR = env.path("DEMO_DIR", ROOT / "var" / "demo")
VAR.mkdir(parents=True, exist_ok=True)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / "hetra.sqlite3",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A writer waits its turn instead of failing half-way through its transaction.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "scans": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "scans", "base_url": None},
    },
    "anchors": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "anchors", "base_url": None},
    },
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = VAR / "static"  # nothing is collected there, but it is looked for
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_AUTOREFRESH = DEBUG

SEAL_KEYS = ["demo:" + "ZGVtby1vbmx5LXNlYWwta2V5LTAwMDAwMDAwMDAwMDA="]
FIELD_KEYS = ["demo:" + "ZGVtby1vbmx5LWZpZWxkLWtleS0wMDAwMDAwMDAwMDA="]
BLIND_KEYS = ["demo:" + "ZGVtby1vbmx5LWJsaW5kLWtleS0wMDAwMDAwMDAwMDA="]
CODE_KEYS = ["1:" + "ZGVtby1vbmx5LWNvZGUta2V5LTAwMDAwMDAwMDAwMDA="]
AUDIT_KEYS = ["demo:" + "ZGVtby1vbmx5LWF1ZGl0LWtleS0wMDAwMDAwMDAwMDA="]

# Loopback speaks plain HTTP, where a browser refuses the __Host- prefix.
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_SECURE = False
ALLAUTH_TRUSTED_PROXY_COUNT = 0


HEARTBEAT_FILE = env.path("HEARTBEAT_FILE", VAR / "worker.heartbeat")
Q_CLUSTER = Q_CLUSTER | {"poll": 0.2}

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"

SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
MVOLA_BASE_URL = SANDBOX_URL
MVOLA_CONSUMER_KEY = "demo-key"
MVOLA_CONSUMER_SECRET = "demo-secret"
MVOLA_MERCHANT_MSISDN = "0343500004"
ORANGE_SMS_BASE_URL = SANDBOX_URL
ORANGE_SMS_CLIENT_ID = "demo-client"
ORANGE_SMS_CLIENT_SECRET = "demo-secret"

IDENTITY_CHECKERS = [
    "kyc.checkers.national_id.NationalId",
    "kyc.checkers.smile_id.SmileId",
    "kyc.checkers.onfido.Onfido",
    "kyc.checkers.comply_advantage.ComplyAdvantage",
]
NATIONAL_ID_BASE_URL = SANDBOX_URL
NATIONAL_ID_CLIENT = "demo-client"
NATIONAL_ID_SECRET = "demo-secret"
SMILE_ID_BASE_URL = SANDBOX_URL
SMILE_ID_PARTNER = "2212"
SMILE_ID_KEY = "demo-key"
ONFIDO_BASE_URL = SANDBOX_URL
ONFIDO_TOKEN = "api_sandbox.demo"
ONFIDO_WEBHOOK_TOKEN = "demo-webhook-token"
COMPLY_ADVANTAGE_BASE_URL = SANDBOX_URL
COMPLY_ADVANTAGE_REALM = "demo-realm"
COMPLY_ADVANTAGE_USERNAME = "demo@example.mg"
COMPLY_ADVANTAGE_PASSWORD = "demo-password"
COMPLY_ADVANTAGE_SCREENING = "demo-screening"
COMPLY_ADVANTAGE_WEBHOOK_SECRET = "ZGVtby1vbmx5LW1lc2gtc2VjcmV0LTAwMDAwMDAwMDA="
