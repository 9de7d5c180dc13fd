"""Django settings: wiring only. Everything that varies comes from :mod:`.environment`."""

from __future__ import annotations

from pathlib import Path

from dangan.config import browser, stores
from dangan.config.environment import environment, session_secret
from dangan.operations.health import logs
from dangan.operations.postgres import databases

ENV = environment()
SECRET_KEY = session_secret(ENV.secrets or ENV.home, given=ENV.secrets is not None)
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "dangan.ui",
    "dangan.dictionary",
    "dangan.vault",
    "dangan.audit",
    "dangan.access",
    "dangan.access.factors",
    "dangan.access.sessions",
    "dangan.access.federation",
    "dangan.files",
    "dangan.organization",
    "dangan.notices",
    "dangan.workflow",
    "dangan.roster",
    "dangan.dossiers",
    "dangan.dossiers.collection",
    "dangan.materials.avoidance",
    "dangan.materials.catalogue",
    "dangan.materials.receipts",
    "dangan.materials.scans",
    "dangan.materials.reading",
    "dangan.materials.storeroom",
    "dangan.materials.consultation",
    "dangan.materials.loans",
    "dangan.materials.transfers",
    "dangan.materials.special_audit",
    "dangan.materials.disposal",
    "dangan.entitlements",
    "dangan.lifecycle",
    "dangan.lifecycle.reminders",
    "dangan.confidentiality",
    "dangan.confidentiality.leaks",
    "dangan.security",
    "dangan.operations",
    "dangan.operations.health",
    "dangan.operations.backup",
    "dangan.exchange",
    "dangan.reports",
    "dangan.api",
]

MIDDLEWARE = [
    "dangan.ui.middleware.Headers",
    "dangan.operations.health.middleware.Watch",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dangan.ui.middleware.ServerTiming",
    "csp.middleware.CSPMiddleware",
    "dangan.access.sessions.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dangan.access.middleware.ActorMiddleware",
    "dangan.audit.middleware.TrailMiddleware",
    "dangan.access.crossing.CrossingMiddleware",
    "dangan.security.middleware.BrakeMiddleware",
]

ROOT_URLCONF = "dangan.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "dangan.ui.context.shell",
            ],
        },
    }
]

DATABASES = databases(ENV)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["dangan.access.backends.SealedLogin"]
PASSWORD_HASHERS = ["dangan.access.passwords.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "dangan.access.passwords.Allowed"}]
LOGIN_URL = "access:login"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_NAME = browser.cookie_name("session", https=ENV.https)
CSRF_COOKIE_NAME = browser.cookie_name("csrf", https=ENV.https)
LANGUAGE_COOKIE_NAME = browser.cookie_name("language", https=ENV.https)
SESSION_ENGINE = "dangan.access.sessions.store"
SESSION_COOKIE_AGE = ENV.idle_timeout
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
WHITENOISE_ALLOW_ALL_ORIGINS = False
if ENV.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.hsts_subdomains
    # People who typed http are sent on; a program that would have sent its token in clear is not.
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^api/", r"^health/", r"^metrics"]

CONTENT_SECURITY_POLICY = browser.content_policy(https=ENV.https)

# A message may name a person: it stays in the reader's cookie, never in the database.
MESSAGE_STORAGE = "dangan.ui.flash.HostCookie"

LANGUAGE_CODE = ENV.language
LANGUAGES = [("zh-hans", "简体"), ("zh-hant", "繁體"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = ENV.home / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "files": stores.files(ENV),
}
WHITENOISE_USE_FINDERS = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_HANDLERS = [
    "dangan.files.uploads.SealedUploads",
    "dangan.exchange.uploads.MemoryUploads",
]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

DANGAN = ENV

LOGGING = logs.settings(ENV.log)
DEFAULT_EXCEPTION_REPORTER = "dangan.operations.health.reports.PlacesOnly"
