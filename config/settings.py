"""One settings module. It is production unless CRM_MODE says demo (`make run`) or test.

Everything that differs between installations comes from the environment; README.md lists the names.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.keys import DEMO_KEY, require_strong
from config.logs import configure_structlog, logging_settings
from config.redis_urls import broker_url, cache_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("CRM_MODE", "production")
if MODE not in ("production", "demo", "test"):
    raise ImproperlyConfigured("CRM_MODE: production, demo or test")
PRODUCTION = MODE == "production"
TEST = MODE == "test"
DEBUG = False

SECRET_KEY = env.str("SECRET_KEY", DEMO_KEY)
TRAIL_KEY = env.str("TRAIL_KEY", DEMO_KEY)  # signs the checkpoints of the trail
if PRODUCTION:
    require_strong(SECRET_KEY=SECRET_KEY, TRAIL_KEY=TRAIL_KEY)

# --- applications -------------------------------------------------------------------------------
SHARED_APPS = [
    "django_tenants",
    "apps.accountsets",
    "django.contrib.contenttypes",
    "axes",
]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "apps.people",
    "django_otp.plugins.otp_totp",
    "engine",
    "apps.core",
    "apps.core.access",
    "apps.core.kinds",
    "apps.core.numbering",
    "apps.core.attachments",
    "apps.core.links",
    "apps.core.history",
    "apps.core.transfer",
    "apps.core.printing",
    "apps.core.audit",
    "apps.core.parameters",
    "apps.catalog",
    "apps.sales",
    "apps.contracts",
    "apps.desk",
    "apps.studio",
]
INSTALLED_APPS = [
    "pgtrigger",  # first: apps.core.history builds on what it sets up
    "pghistory",
    *SHARED_APPS,
    *[app for app in TENANT_APPS if app not in SHARED_APPS],
    "config",
    # Its code, not its tables: groups and permissions are ours (core.access).
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_otp",
    "django_structlog",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
TENANT_MODEL = "accountsets.AccountSet"
TENANT_LIMIT_SET_CALLS = True  # without it every cursor sets the path again: 150 µs a query
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database: the truth ------------------------------------------------------------------------
_NO_DATABASE = "postgresql://crm_app@localhost/crm"
DATABASE_URL = env.str("DATABASE_URL") if PRODUCTION else env.str("DATABASE_URL", _NO_DATABASE)
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")  # for migrations and account sets
_connection: dict[str, Any] = env.db_url_config(DATABASE_URL)
DATABASES = {
    "default": {
        **_connection,
        "ENGINE": "apps.accountsets.postgresql",
        # Each thread of the web server keeps one, and looks at it before each request.
        "CONN_MAX_AGE": 3600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 2,  # seconds
            "tcp_user_timeout": 2000,  # milliseconds until what was sent must have arrived
            **_connection.get("OPTIONS", {}),
            # Waiting longer for a lock means that something hangs: say so, and let go.
            # Pages are read by index, a few rows at a time: neither worth compiling for, nor as far
            # from each other as on a disk that turns. A record's page joins nine tables by their
            # keys: to try all orders of eight took twenty times as long as the query. Others ask
            # at the same time: starting two processes to help one takes longer than it saves.
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=5min"
            " -c jit=off -c random_page_cost=1.1 -c join_collapse_limit=6"
            " -c max_parallel_workers_per_gather=0",
            "prepare_threshold": 2,  # for the engine's own cursors; Django's never prepare
        },
    }
}
DATABASE_ROUTERS = ("django_tenants.routers.TenantSyncRouter",)

# --- Redis or Valkey: it only wakes, and remembers what can be computed again -------------------
REDIS_URL = env.str("REDIS_URL") if PRODUCTION else env.str("REDIS_URL", "redis://localhost/0")
_CACHE = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": cache_url(REDIS_URL),
    "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 2},
}
CACHES = {
    "default": {**_CACHE, "KEY_FUNCTION": "django_tenants.cache.make_key"},
    # What belongs to the server and to no account set.
    "server": {**_CACHE, "KEY_PREFIX": "server"},
}

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5}
# What hangs beyond interrupting is killed before the broker would hand its message out again.
CELERY_TASK_TIME_LIMIT = 1800
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 15
CELERY_TIMEZONE = "Asia/Shanghai"

# --- people, language, time ---------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.people.backends.PeopleBackend",
    "apps.accountsets.backends.ServerBackend",
]
PASSWORD_HASHERS = [
    # Tests log in often; the point of the others is to be slow.
    *(["django.contrib.auth.hashers.MD5PasswordHasher"] if TEST else []),
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_USERNAME_CALLABLE = "apps.accountsets.lockout.qualified_username"
AXES_LOCKOUT_CALLABLE = "apps.accountsets.lockout.locked_response"
SECOND_STEP_FORCED = PRODUCTION  # for administrators; of everybody else it is offered
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- the engine ---------------------------------------------------------------------------------
ENGINE_PROCESSES = BASE_DIR / "processes"
ENGINE_ORGANISATION = "apps.people.organisation.Organisation"
ENGINE_CALENDAR = "apps.people.calendar.WorkCalendar"
ENGINE_ACTING = "apps.core.history.tracking.acting"
ENGINE_FILES = "apps.core.attachments.deciding.Keeper"

# --- history of fields --------------------------------------------------------------------------
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")  # nobody else writes

# --- pages --------------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["apps.core.templatetags.addresses"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "apps.core.shell.context.shell",
                "apps.core.inbox.context.counts",
            ],
        },
    }
]
FORM_RENDERER = "apps.core.shell.widgets.KeptWidgets"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.accountsets.middleware.AccountSetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "apps.people.first_things.FirstThings",
    "apps.core.history.middleware.ActorMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = None if TEST else BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "frontend" / "dist"]
WHITENOISE_USE_FINDERS = TEST  # tests need no collected copy
FILES_URL = env.url("FILES_URL", f"file://{BASE_DIR / 'var' / 'files'}")
if FILES_URL.scheme != "file":
    raise ImproperlyConfigured("FILES_URL: file:///a/folder")
MEDIA_ROOT = FILES_URL.path
ATTACHMENT_LARGEST = env.int("ATTACHMENT_LARGEST", 20 * 2**20)  # bytes of a file
ATTACHMENT_QUOTA = env.int("ATTACHMENT_QUOTA", 10 * 2**30)  # bytes of all files of an account set
UPLOAD_LARGEST = 4 * ATTACHMENT_LARGEST  # bytes of a request with files
FILE_UPLOAD_HANDLERS = [
    "apps.core.attachments.uploads.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "apps.accountsets.storage.AccountSetStorage"},
    "staticfiles": {
        "BACKEND": {
            "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
            # Compressing takes 20 s, and nothing is gained on one machine.
            "demo": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
            "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        }[MODE]
    },
}

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.people.authentication.AccessKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.core.api.permissions.Declared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "apps.core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lingdang CRM",
    "VERSION": "1",
    "DESCRIPTION": "Documents of all kinds, the inbox of human tasks, processes and their cases.",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,  # files go up as bytes, and come back as addresses
    "POSTPROCESSING_HOOKS": [],  # choices stay where they are used
    # A heading for each kind of things, opened by whoever looks for it: all operations of all of
    # them at once take a browser many seconds.
    "SWAGGER_UI_SETTINGS": {
        "docExpansion": "none",
        "defaultModelsExpandDepth": -1,
        "deepLinking": True,
        "filter": True,
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- security -----------------------------------------------------------------------------------
ALLOWED_HOSTS = (
    env.list("ALLOWED_HOSTS") if PRODUCTION else env.list("ALLOWED_HOSTS", default=["*"])
)
CSRF_TRUSTED_ORIGINS = [
    f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS if PRODUCTION
]
SESSION_ENGINE = "apps.accountsets.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # without a request
SESSION_LONGEST = timedelta(days=7)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_HTTPONLY = True
# Production stands behind a proxy that ends TLS and sets this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000  # a form of 500 lines
CSRF_FAILURE_VIEW = "apps.core.inbox.errors.stale_form"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src-elem": [SELF, NONCE],
        "style-src-attr": [UNSAFE_INLINE],  # bpmn-js positions by it
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- mail, logs ---------------------------------------------------------------------------------
_mail = env.email_url("EMAIL_URL", "consolemail://")
EMAIL_BACKEND = _mail.pop("EMAIL_BACKEND")
EMAIL_HOST = _mail.get("EMAIL_HOST")
EMAIL_PORT = _mail.get("EMAIL_PORT")
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", "crm@localhost")

configure_structlog()
LOGGING = logging_settings(
    machine_readable=PRODUCTION, level=env.str("LOG_LEVEL", "WARNING" if TEST else "INFO")
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
