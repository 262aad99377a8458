"""A job for the tests: writes down in which account set it ran."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import caches
from django.db import connection


@shared_task(name="tests.where_am_i")
def where_am_i(key: str) -> None:
    """Leave the schema's name under this key."""
    caches["server"].set(key, connection.schema_name)
