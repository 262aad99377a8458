"""One settings module. It is production unless CRM_MODE says demo (`make run`) or test."""

from __future__ import annotations

from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("CRM_MODE", "production")
PRODUCTION = MODE == "production"
DEBUG = False

_DEFAULT_KEY = "insecure-demo-key-that-production-refuses-to-start-with"
SECRET_KEY = env.str("SECRET_KEY", _DEFAULT_KEY)
TRAIL_KEY = env.str("TRAIL_KEY", _DEFAULT_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])

# --- applications -----------------------------------------------------------------------------------------------------
SHARED_APPS = [
    "django_tenants",
    "apps.accountsets",
    "django.contrib.contenttypes",
    "django_celery_beat",
    "axes",
]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "apps.people",
    "engine",
    "apps.core",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *[app for app in TENANT_APPS if app not in SHARED_APPS],
    "django.contrib.auth",  # its code, not its tables: groups and permissions are ours (core.access)
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
TENANT_MODEL = "accountsets.AccountSet"
TENANT_LIMIT_SET_CALLS = True  # without it every cursor sets the path again: 150 µs a query
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database ---------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "postgresql://crm_app@localhost/crm")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")  # used by migrate and the account-set commands
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "ENGINE": "django_tenants.postgresql_backend",
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": 0,
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 8},
        "prepare_threshold": 2,  # for the engine's own cursors; Django's never prepare
    },
}
DATABASE_ROUTERS = ("django_tenants.routers.TenantSyncRouter",)

SESSION_ENGINE = "apps.accountsets.sessions"

# --- people, language, time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- the engine -------------------------------------------------------------------------------------------------------
ENGINE_PROCESSES = BASE_DIR / "processes"
ENGINE_ORGANISATION = "apps.people.organisation.Organisation"
ENGINE_CALENDAR = "apps.people.calendar.WorkCalendar"

# --- web --------------------------------------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "frontend" / "dist"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.accountsets.middleware.AccountSetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
