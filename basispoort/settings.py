"""The portal's settings: one typed file, read from the environment, with nothing secret in it.

Every variable stands in `.env.example` and `docs/settings.md`; a test keeps the three alike.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from basispoort import environment as env

if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# The address under which everyone reaches the portal; links in mails and cookies follow from it (SR-C06).
BASE_URL = env.text("BASE_URL").rstrip("/")
_base = urlsplit(BASE_URL)
HTTPS = _base.scheme == "https"
if not HTTPS and _base.hostname not in {"localhost", "127.0.0.1", "::1"}:
    _message = "BASE_URL must start with https:// unless it names this very machine."
    raise ImproperlyConfigured(_message)

# The portal's own people work under a host of their own; without one there is no back office (SR-P02).
BACK_OFFICE_HOST = env.text("BACK_OFFICE_HOST", "")
BACK_OFFICE_URL = f"{_base.scheme}://{BACK_OFFICE_HOST}" if BACK_OFFICE_HOST else ""
_office = urlsplit(BACK_OFFICE_URL)
if _office.hostname == _base.hostname or _office.path:
    _message = "BACK_OFFICE_HOST must be a host name of its own, with a port where it needs one."
    raise ImproperlyConfigured(_message)

DEBUG = env.flag("DEBUG", default=False)
# The gallery of components and the like: never on a public host (SR-P02).
DEVELOPMENT_PAGES = env.flag("DEVELOPMENT_PAGES", default=False)
SECRET_KEY = env.secret("SECRET_KEY")
ALLOWED_HOSTS = [_base.hostname or "", *filter(None, [_office.hostname]), *env.words("EXTRA_HOSTS")]
CSRF_TRUSTED_ORIGINS = [BASE_URL, *filter(None, [BACK_OFFICE_URL])]

# Keys, each for one use only (SR-H02). The first of a ring is current, the others still open what is old.
FIELD_KEYS = env.keys("FIELD_KEYS")
INDEX_KEYS = env.keys("INDEX_KEYS")
CODE_KEYS = env.keys("CODE_KEYS")
AUDIT_SIGNING_KEYS = env.keys("AUDIT_SIGNING_KEYS")

INSTALLED_APPS = [
    "basispoort.web.back_office_app.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "basispoort.lib",
    "basispoort.audit",
    "basispoort.web",
    "schools",
    "accounts",
    "dpa",
    "licences",
    "basispoort.demo",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.idp",
    "allauth.idp.oidc",
    "django_htmx",
    "django_linear_migrations",
    "django_otp",
    "django_otp_webauthn",
    "template_partials",
]

MIDDLEWARE = [
    "basispoort.lib.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "basispoort.lib.middleware.SecurityHeadersMiddleware",
    "basispoort.lib.middleware.PlainAddressMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.back_office.BackOfficeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.SharedComputerMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "basispoort.web.errors.NotAllowedPageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.WatchingMiddleware",
    "accounts.middleware.AccessMiddleware",
    "dpa.middleware.AgreementMiddleware",
]

ROOT_URLCONF = "basispoort.urls"
WSGI_APPLICATION = "basispoort.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["basispoort.web.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "basispoort.web.context.page",
            ],
        },
    },
]
FORM_RENDERER = "basispoort.web.forms.Renderer"

# The portal itself speaks as a role under row-level security; only migrations know the owner (SR-B03).
DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL") | {"ATOMIC_REQUESTS": True}}
if "DATABASE_OWNER_URL" in os.environ or "DATABASE_OWNER_URL_FILE" in os.environ:
    DATABASES["owner"] = env.database("DATABASE_OWNER_URL")
    DATABASES["default"]["TEST"] = {"MIRROR": "owner", "DEPENDENCIES": []}
DATABASE_ROUTERS = ["basispoort.lib.row_security.OwnerMigratesRouter"]
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", "basispoort_app")
DATABASE_NATIONAL_ROLE = env.text("DATABASE_NATIONAL_ROLE", "basispoort_national")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A server that hangs must not hold a page up (SR-O).
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_ROUTES = {"schools.*": {"queue": "imports"}, "lib.mail.*": {"queue": "mail"}}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "Europe/Amsterdam"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A queue that is away must not hold a page up either: sweepers find what waits (SR-O).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "seal the audit trail": {"task": "audit.seal", "schedule": 60.0},
    "keep watch": {"task": "audit.watch", "schedule": 60.0},
    "verify the whole trail": {"task": "audit.verify", "schedule": crontab(hour="3", minute="20")},
    "wake deliveries whose worker vanished": {"task": "schools.sweep_deliveries", "schedule": 60.0},
    "send mail that waits": {"task": "lib.mail.sweep", "schedule": 60.0},
    "make lists that wait": {"task": "accounts.sweep_exports", "schedule": 60.0},
    "answer requests for links that wait": {"task": "accounts.sweep_links", "schedule": 60.0},
    "forget class starts of yesterday": {"task": "accounts.forget_class_starts", "schedule": 3600.0},
    "tell publishers of sign-outs": {"task": "licences.sweep_logouts", "schedule": 60.0},
    "forget sign-outs that are long over": {"task": "licences.forget_logouts", "schedule": 3600.0},
    "tell that the helpdesk can no longer look": {"task": "accounts.tell_ended_support", "schedule": 60.0},
    "end sessions whose time is over": {"task": "accounts.forget_sessions", "schedule": 600.0},
    "forget failures and challenges that are over": {"task": "accounts.forget_failures", "schedule": 600.0},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = ["basispoort.lib.hashers.PortalArgon2Hasher"]
# SR-A03: kibibytes, rounds and lanes of Argon2id.
ARGON2_MEMORY_KIB = env.number("ARGON2_MEMORY_KIB", 19456, lowest=8)
ARGON2_ROUNDS = env.number("ARGON2_ROUNDS", 2, lowest=1)

# When a password asks for a challenge: when failures call for it, or always; and Google's keys for it (SR-K05).
CAPTCHA_MODE = env.text("CAPTCHA_MODE", "escalate")
RECAPTCHA_PUBLIC_KEY = env.text("RECAPTCHA_PUBLIC_KEY", "")
RECAPTCHA_PRIVATE_KEY = env.text("RECAPTCHA_PRIVATE_KEY", "")
RECAPTCHA_REQUIRED_SCORE = env.number("RECAPTCHA_LOWEST_PERCENT", 50, highest=100) / 100
RECAPTCHA_DOMAIN = "www.google.com"
RECAPTCHA_VERIFY_REQUEST_TIMEOUT = 3
if CAPTCHA_MODE not in {"escalate", "always"}:
    _message = "CAPTCHA_MODE must be escalate or always."
    raise ImproperlyConfigured(_message)
if bool(RECAPTCHA_PUBLIC_KEY) is not bool(RECAPTCHA_PRIVATE_KEY):
    _message = "RECAPTCHA_PUBLIC_KEY and RECAPTCHA_PRIVATE_KEY go together: set both or neither."
    raise ImproperlyConfigured(_message)
# Our own challenge: the highest number of derivations a browser may need for it, each of 5,000 rounds.
CHALLENGE_WORK = env.number("CHALLENGE_WORK", 300, lowest=2, highest=20_000)

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "basispoort.web.errors.csrf_failed"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/"]
# Only the own front server may say that the outer connection was TLS (SR-G05).
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_PERMISSIONS = 0o600
# Uploads hold persons: they stay in memory, up to a limit, and never lie on disk (SR-D12).
FILE_UPLOAD_HANDLERS = ["schools.uploads.LimitedUploadHandler"]

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "basispoort" / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(ROOT / "var" / "static")))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "basispoort.web.storage.OneSheetStorage",
    },
}

_mail = urlsplit(env.text("EMAIL_URL", "smtp://localhost:25"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or 25
EMAIL_HOST_USER = _mail.username or ""
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Basispoort <noreply@localhost>")

# Who is on watch: gets a mail when an alert opens (SR-J04).
ALERT_ADDRESSES = env.words("ALERT_ADDRESSES", "")

# The identity provider is django-allauth's; what it may say is decided in licences/oidc.
IDP_OIDC_ADAPTER = "licences.oidc.adapter.PortalOIDCAdapter"
IDP_OIDC_PRIVATE_KEY = env.text("OIDC_PRIVATE_KEY").replace("\\n", "\n")
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 600
IDP_OIDC_ID_TOKEN_EXPIRES_IN = 300
# Networks that the portal may call beside the public ones, for the demo and tests; empty on a public host (SR-D10).
EXTRA_OUTGOING_NETWORKS = env.words("EXTRA_OUTGOING_NETWORKS", "")
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Our users' addresses are encrypted and stay out of the tables of allauth.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False

# School accounts at Microsoft and Google: offered where both words are set; allauth is the client, who gets in is ours.
SOCIALACCOUNT_ADAPTER = "accounts.school_accounts.SchoolAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
_servers = {
    "microsoft": env.text("MICROSOFT_SERVER_URL", "https://login.microsoftonline.com/organizations/v2.0"),
    "google": env.text("GOOGLE_SERVER_URL", "https://accounts.google.com"),
}
SCHOOL_ACCOUNT_PROVIDERS = {
    name: {"client_id": client_id, "secret": secret, "server_url": _servers[name]}
    for name, client_id, secret in (
        ("microsoft", env.text("MICROSOFT_CLIENT_ID", ""), env.text("MICROSOFT_CLIENT_SECRET", "")),
        ("google", env.text("GOOGLE_CLIENT_ID", ""), env.text("GOOGLE_CLIENT_SECRET", "")),
    )
    if client_id and secret
}

# Second factors: passkeys belong to the portal's own host, and never stand in for the password (SR-A11, A13).
OTP_WEBAUTHN_RP_ID = _base.hostname or ""
OTP_WEBAUTHN_RP_NAME = "Basispoort"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [BASE_URL, *filter(None, [BACK_OFFICE_URL])]
OTP_WEBAUTHN_CREDENTIAL_MODEL = "accounts.Passkey"
OTP_WEBAUTHN_ATTESTATION_MODEL = "accounts.PasskeyAttestation"
OTP_WEBAUTHN_HELPER_CLASS = "accounts.passkeys.PortalWebAuthnHelper"
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False

# Where a copy of each signed head of the audit trail is put: a second place, outside the database (SR-J03).
AUDIT_HEADS_DIRECTORY = Path(env.text("AUDIT_HEADS_DIRECTORY", str(ROOT / "var" / "audit-heads")))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "basispoort.lib.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # The library of type tells each table of a font that it copies into a PDF.
        "fontTools": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
