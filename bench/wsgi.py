"""The web application with the bench's own address, for granian."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
settings.ROOT_URLCONF = "bench.site"

from config.wsgi import application  # noqa: E402

__all__ = ["application"]
