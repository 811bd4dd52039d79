"""Django's settings, all from the environment through searchsite.env."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from celery.schedules import schedule
from csp.constants import NONE, SELF
from redis.backoff import NoBackoff
from redis.retry import Retry

from searchsite import env, lanes
from searchsite.embedded import paths as embedded_paths
from searchsite.languages import available_languages

# Django's generic classes take their type argument when the program runs too: ModelAdmin[Image].
django_stubs_ext.monkeypatch()

BASE_DIR = env.BASE_DIR
VAR_DIR = env.path("VAR_DIR")
MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "media")


def _secret_key() -> str:
    """Return SECRET_KEY, or a random one kept in VAR_DIR, so that sessions survive a restart."""
    given = env.text("SECRET_KEY")
    if given:
        return given
    file = VAR_DIR / "secret_key"
    if not file.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        fresh = Path(f"{file}.{secrets.token_hex(4)}")
        fresh.write_text(secrets.token_urlsafe(50))
        fresh.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_text().strip()


def _temporary_folder() -> Path:
    """Return the folder for uploads in progress, creating it, because Django does not."""
    folder = VAR_DIR / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


SECRET_KEY = _secret_key()
DEBUG = env.boolean("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SITE_NAME = env.text("SITE_NAME")

INSTALLED_APPS = [
    "gallery.apps.SemblanceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "gallery.apps.GalleryConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gallery.http.compression.TextCompression",
    "csp.middleware.CSPMiddleware",
    "gallery.http.bodies.bounded",
    "gallery.http.cookies.without_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gallery.http.languages.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "searchsite.urls"
WSGI_APPLICATION = "searchsite.wsgi.application"
ASGI_APPLICATION = "searchsite.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.RESOURCES_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gallery.http.context.site",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """Return the database in DATABASE_URL, or the local one. Raise SettingError."""
    url = env.text("DATABASE_URL") or embedded_paths.database_url(VAR_DIR)
    try:
        parsed = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except ValueError as error:
        raise env.SettingError(
            "DATABASE_URL can’t be read: use postgres://user:password@host/name."
        ) from error
    return dict(parsed)


DATABASES: dict[str, Any] = {"default": _database()}
EMBEDDED_DATABASE = not env.text("DATABASE_URL")
EMBEDDED_REDIS = not env.text("REDIS_URL")
REDIS_URL = env.text("REDIS_URL") or embedded_paths.redis_url(VAR_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Long enough for a busy server, short enough for a page that waits.
CACHE_TIMEOUT_S = 0.5
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "searchsite.cache.SharedCache",
        "LOCATION": [embedded_paths.redis_client_url(REDIS_URL)],
        "KEY_PREFIX": "semblance",
        "OPTIONS": {
            "serializer": "searchsite.cache.JsonSerializer",
            "socket_connect_timeout": CACHE_TIMEOUT_S,
            "socket_timeout": CACHE_TIMEOUT_S,
            # Retry once, immediately, in case the server closed the connection in the meantime.
            "retry": Retry(NoBackoff(), 1),
        },
    },
}

AUTH_USER_MODEL = "gallery.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
CSRF_FAILURE_VIEW = "gallery.http.errors.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "gallery:browse"
LOGOUT_REDIRECT_URL = "gallery:browse"

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT")
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_TLS")
EMAIL_TIMEOUT = 10  # seconds: a page waits for it
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM")
# Without a mail server, e-mails go to the terminal, where the person running the site can pass them
# on.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

LANGUAGE_CODE = "en"
LOCALE_PATHS = [env.RESOURCES_DIR / "locale"]
LANGUAGES = available_languages(LOCALE_PATHS[0])
TIME_ZONE = env.time_zone("TIME_ZONE")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [env.RESOURCES_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "searchsite.stylesheet.StylesheetFinder",
]


def _picture_storage(folder: str) -> dict[str, Any]:
    """Return a picture store: a folder under MEDIA_ROOT, or a prefix in the S3 bucket."""
    bucket = env.text("S3_BUCKET")
    if not bucket:
        return {
            "BACKEND": "gallery.ingest.storage.DurableFileSystemStorage",
            "OPTIONS": {"location": MEDIA_ROOT / folder},
        }
    options = {
        "bucket_name": bucket,
        "location": folder,
        "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
        "region_name": env.text("S3_REGION") or None,
        "access_key": env.text("S3_ACCESS_KEY_ID") or None,
        "secret_key": env.text("S3_SECRET_ACCESS_KEY") or None,
        "file_overwrite": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": _picture_storage("other"),
    "originals": _picture_storage("originals"),
    "renditions": _picture_storage("renditions"),
    "queries": _picture_storage("queries"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = _temporary_folder()
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# The site's own rules: no inline script or style, no third-party host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.boolean("HTTPS_REDIRECT")
# Requested from inside the machine or the container, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", minimum=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("HSTS_SUBDOMAINS")
SECURE_HSTS_PRELOAD = env.boolean("HSTS_PRELOAD")
# W021 asks for HSTS_PRELOAD, but browsers' built-in lists are for whole domains and hard to leave.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if env.boolean("BEHIND_HTTPS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A hint that cannot be sent is dropped at once: the job row waits and the sweep finds it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 30,
    # By default, kombu retries an unavailable broker for six seconds, in every upload.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "connect_retries_timeout": 0.5,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ROUTES = lanes.TASK_ROUTES
CELERY_TASK_DEFAULT_QUEUE = lanes.HOUSEKEEPING.queue


def _every(seconds: int, task: str) -> dict[str, Any]:
    """Return a periodic task. It is dropped if it has not started when the next one is due."""
    return {"task": task, "schedule": schedule(seconds), "options": {"expires": seconds}}


CELERY_BEAT_SCHEDULE = {
    "sweep-embedding-jobs": _every(30, "gallery.sweep_embedding_jobs"),
    "replace-old-indexes": _every(300, "gallery.replace_old_indexes"),
    "render-missing-copies": _every(60, "gallery.render_missing_copies"),
    "purge-expired": _every(3600, "gallery.purge_expired"),
}

# Encoders by the prefix of their keys, each a "module:function" that loads one. Tests add their
# own.
ENCODER_ADAPTERS = {
    "starter": "gallery.embedding.starter:load",
    "openclip": "gallery.embedding.openclip:load",
}
ENCODER = env.text("ENCODER")
MODEL_DIR = env.text("MODEL_DIR")
EMBEDDING_DEVICE = env.text("EMBEDDING_DEVICE")
EMBEDDING_PRECISION = env.text("EMBEDDING_PRECISION")
EMBEDDING_BATCH_SIZE = env.integer("EMBEDDING_BATCH_SIZE", minimum=0)
EMBEDDING_THREADS = env.integer("EMBEDDING_THREADS", minimum=0)

HOST = env.text("HOST")
PORT = env.integer("PORT")
WEB_THREADS = env.integer("WEB_THREADS", minimum=1)

MAX_UPLOAD_BYTES = env.integer("MAX_UPLOAD_BYTES", minimum=1)
MAX_ARCHIVE_BYTES = env.integer("MAX_ARCHIVE_BYTES", minimum=1)
MAX_ARCHIVE_UNPACKED_BYTES = env.integer("MAX_ARCHIVE_UNPACKED_BYTES", minimum=1)
MAX_DOWNLOAD_PICTURES = env.integer("MAX_DOWNLOAD_PICTURES", minimum=1)
MAX_DOWNLOAD_BYTES = env.integer("MAX_DOWNLOAD_BYTES", minimum=1)
MAX_ARCHIVE_MEMBERS = env.integer("MAX_ARCHIVE_MEMBERS", minimum=1)
MAX_ARCHIVE_RATIO = env.integer("MAX_ARCHIVE_RATIO", minimum=1)
MAX_IMAGE_PIXELS = env.integer("MAX_IMAGE_PIXELS", minimum=1)
MAX_IMAGE_SIDE = env.integer("MAX_IMAGE_SIDE", minimum=1)
DECODE_TIMEOUT_S = env.integer("DECODE_TIMEOUT_S", minimum=1)
DECODE_MEMORY_BYTES = env.integer("DECODE_MEMORY_BYTES", minimum=1)
TRASH_DAYS = env.integer("TRASH_DAYS", minimum=0)
QUERY_IMAGE_HOURS = env.integer("QUERY_IMAGE_HOURS", minimum=1)

SEARCH_PAGE_SIZE = env.integer("SEARCH_PAGE_SIZE", minimum=1)
SEARCH_EXACT_BELOW = env.integer("SEARCH_EXACT_BELOW", minimum=0)
HNSW_EF_SEARCH = env.integer("HNSW_EF_SEARCH", minimum=1, maximum=1000)
RATE_LIMIT_PER_MINUTE = env.integer("RATE_LIMIT_PER_MINUTE", minimum=0)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["terminal"],
        "level": env.one_of("LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR"),
    },
    "loggers": {"django.server": {"propagate": True}},
}
