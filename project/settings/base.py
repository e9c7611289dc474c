"""Production: secrets and addresses come from the environment; a missing one stops the start."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _
from environs import Env

from project.settings.identity import *  # noqa: F403

env = Env()

ROOT = Path(__file__).resolve().parent.parent.parent

DEMO = False
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
# The public address of the service: callbacks and windscreen codes are built on it, not on the
# Host header of whoever asks.
SITE_URL = env.str("SITE_URL").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "project.apps.AdminConfig",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_otp",
    "django_q",
    "template_partials",
    "project",
    "project.audit",
    "notify",
    "kyc",
    "fleet",
    "taxes",
]

MIDDLEWARE = [
    "project.lib.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kyc.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.lib.sessions.LifetimeMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "project.audit.origin.OriginMiddleware",
    "project.audit.refusals.RefusalMiddleware",
    "project.networks.NetworkMiddleware",
    "project.lib.access.SignInMiddleware",
]

ROOT_URLCONF = "project.urls"
# What the doors ask about views that carry no mark of ours; see project/lib/access.py.
ACCESS_POLICY = "project.policy.rule_for"
WSGI_APPLICATION = "project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "project.context.site",
            ],
        },
    },
]
FORM_RENDERER = "project.forms.Renderer"

# --- Data -------------------------------------------------------------------------------------

DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # django-q writes its own statistics twice a second: they stay in the process.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# Where the log is anchored, out of the database's reach: a folder, or s3://bucket/folder whose
# objects nobody can change (object lock). The same credentials as for scans, another bucket.
AUDIT_ANCHOR = env.str("AUDIT_ANCHOR", "")
AUDIT_ANCHOR_MINUTES = env.int("AUDIT_ANCHOR_MINUTES", 5)
# Ed25519, the one in use first: `id:base64`. The database server must not hold them.
AUDIT_KEYS = env.list("AUDIT_KEYS", [])

S3 = {
    "endpoint_url": env.str("S3_ENDPOINT_URL", None),
    "region_name": env.str("S3_REGION", None),
    "access_key": env.str("S3_ACCESS_KEY", None),
    "secret_key": env.str("S3_SECRET_KEY", None),
    "signature_version": "s3v4",
    "default_acl": None,
    "file_overwrite": False,
}


def _anchors(place):
    if not place.startswith("s3://"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": place or ROOT / "var" / "anchors", "base_url": None},
        }
    bucket, _slash, folder = place.removeprefix("s3://").partition("/")
    return {
        "BACKEND": "project.lib.buckets.Bucket",
        "OPTIONS": S3 | {"bucket_name": bucket, "location": folder},
    }


# Scans are private: random names, and addresses that expire after a minute.
SCAN_HOST = env.str("S3_PUBLIC_URL", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "scans": {
        "BACKEND": "project.lib.buckets.Bucket",
        "OPTIONS": S3
        | {
            "bucket_name": env.str("S3_BUCKET", ""),
            "querystring_auth": True,
            "querystring_expire": 60,
        },
    },
    "anchors": _anchors(AUDIT_ANCHOR),
}
# Rings of keys, the one in use first: `id:base64,id:base64`. No two rings share a key, so that each
# is lost, withdrawn and renewed by itself (docs/adr/0012).
SEAL_KEYS = env.list("SEAL_KEYS", [])  # originals of scans
FIELD_KEYS = env.list("FIELD_KEYS", [])  # sealed columns
BLIND_KEYS = env.list("BLIND_KEYS", [])  # blind indexes: they open nothing
# Windscreen codes are signed with these Ed25519 keys, the one in use first: `id:base64,…`.
CODE_KEYS = env.list("CODE_KEYS", [])

UPLOAD_LIMIT = 10 * 1024 * 1024  # bytes of one scan
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS = [
    "project.lib.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "kyc.User"
AUTHENTICATION_BACKENDS = ["kyc.accounts.Backend"]
# A phone is unique among those who have confirmed it: nobody keeps its owner out by claiming it.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
PASSWORD_HASHERS = ["project.lib.crypto.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("phone", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "kyc.passwords.StaffLength"},
    {"NAME": "kyc.passwords.Guessable"},
    {"NAME": "kyc.passwords.Breached"},
]
# A sorted file of SHA-1 hashes of leaked passwords (`kyc.passwords.Breached`); unset, none.
BREACHED_PASSWORDS = env.str("BREACHED_PASSWORDS", "")

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "landing"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "kyc.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
# The form makes the address optional: allauth insists on it here, where codes confirm addresses.
ACCOUNT_SIGNUP_FIELDS = ["phone*", "email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "kyc.forms.accounts.SignupForm",
    "login": "kyc.forms.accounts.LoginForm",
    "reset_password": "kyc.forms.accounts.ResetPasswordForm",
    "verify_phone": "kyc.forms.accounts.PhoneCodeForm",
    "confirm_email_verification_code": "kyc.forms.accounts.EmailCodeForm",
    "confirm_password_reset_code": "kyc.forms.accounts.ResetCodeForm",
    "reset_password_from_key": "kyc.forms.accounts.NewPasswordForm",
}
# allauth counts in the cache, where counts are lost and kept apart: ours are rows (`kyc.limits`).
ACCOUNT_RATE_LIMITS = False
# Other figures for a rule of `kyc.limits.RULES`, by its name: {"free": …, "window": …}.
LIMITS: dict[str, dict[str, int]] = env.json("LIMITS", {})
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 600
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
# Resending must be possible where text messages get lost.
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Whoever mistyped begins again: allauth offers to change a phone only where there is no account
# yet, and so tells who has one.
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_CHANGE = False
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = False
# How many proxies stand before the application: without it every limit by address is shared.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 1)

# From where administrators may work, as networks: `196.192.32.0/20,2c0f:f8f0::/32`. Production
# wants it written, be it `0.0.0.0/0,::/0`; elsewhere an empty list is everywhere.
ADMIN_NETWORKS = env.list("ADMIN_NETWORKS", [])

OTP_TOTP_ISSUER = "Hetra"
# A lost factor that two of the staff have agreed on goes after so long: its owner may say no.
FACTOR_REMOVAL_HOURS = env.int("FACTOR_REMOVAL_HOURS", 24)

SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Languages --------------------------------------------------------------------------------

# Django knows no Malagasy: its own words come from our catalogue.
LANG_INFO["mg"] = {"bidi": False, "code": "mg", "name": "Malagasy", "name_local": "Malagasy"}
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français")), ("mg", _("malgache")), ("en", _("anglais"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["project.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Indian/Antananarivo"

# --- Static files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "var" / "static"
STATICFILES_DIRS = [ROOT / "static"]

# --- Security ---------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "project.views.csrf_failure"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, *([SCAN_HOST] if SCAN_HOST else [])],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}
PERMISSIONS_POLICY = {
    feature: []
    for feature in ("camera", "microphone", "geolocation", "payment", "usb", "accelerometer")
}

# --- Background work --------------------------------------------------------------------------

# Why each of these: docs/adr/0007. The task's row is written in the transaction of its act.
Q_CLUSTER = {
    "name": "hetra",
    "orm": "default",
    "cache": "process",
    "workers": env.int("QUEUE_WORKERS", 2),
    "queue_limit": env.int("QUEUE_WORKERS", 2),
    "bulk": 1,
    "timeout": 60,
    "retry": 150,
    "max_attempts": 3,
    "ack_failures": False,
    "catch_up": False,
    "save_limit": 0,
    "poll": 0.5,
    "label": "file de travail",
    # Read by `manage.py worker --queue reading`: one paper at a time on each core it is given.
    "ALT_CLUSTERS": {
        "reading": {
            "workers": env.int("READING_WORKERS", 1),
            "queue_limit": env.int("READING_WORKERS", 1),
            # KiB of memory after which a process is replaced between two papers.
            "max_rss": 700 * 1024,
        }
    },
}
# Where the cluster leaves its sign of life for its watchdog; unset, the watchdog makes a file of
# its own. Two workers of one machine must not share it: each would cover for the other.
HEARTBEAT_FILE = env.path("HEARTBEAT_FILE", None)
HEARTBEAT_LIMIT = 90  # seconds of silence before the whole group is killed

# --- The outside world ------------------------------------------------------------------------

EMAIL_CONFIG = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "ne-pas-repondre@localhost")

SMS_GATEWAYS = ["notify.gateways.orange.OrangeSMS"]
ORANGE_SMS_BASE_URL = env.str("ORANGE_SMS_BASE_URL", "https://api.orange.com")
ORANGE_SMS_CLIENT_ID = env.str("ORANGE_SMS_CLIENT_ID", "")
ORANGE_SMS_CLIENT_SECRET = env.str("ORANGE_SMS_CLIENT_SECRET", "")
ORANGE_SMS_SENDER = env.str("ORANGE_SMS_SENDER", "tel:+2610000")
ORANGE_SMS_SENDER_NAME = env.str("ORANGE_SMS_SENDER_NAME", "")

PAYMENT_PROVIDERS = ["taxes.providers.mvola.MVola"]
MVOLA_BASE_URL = env.str("MVOLA_BASE_URL", "https://api.mvola.mg")
MVOLA_CONSUMER_KEY = env.str("MVOLA_CONSUMER_KEY", "")
MVOLA_CONSUMER_SECRET = env.str("MVOLA_CONSUMER_SECRET", "")
MVOLA_MERCHANT_MSISDN = env.str("MVOLA_MERCHANT_MSISDN", "")
MVOLA_PARTNER_NAME = env.str("MVOLA_PARTNER_NAME", "Hetra")

# One JSON object a line on standard output, without personal data: whoever runs us ships it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "project.lib.logs.formatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django-q": {"level": "WARNING"}},
}
