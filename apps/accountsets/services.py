"""Make and drop account sets, and those who keep them."""

from __future__ import annotations

import shutil
from datetime import date

import redis
import structlog
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django_tenants.utils import quote_schema_name

from apps.accountsets.models import (
    RESERVED_SCHEMAS,
    AccountSet,
    ServerAdministrator,
    validate_schema_name,
)
from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import PUBLIC, in_account_set
from apps.accountsets.schemas import build_schema
from apps.accountsets.storage import folder_of
from apps.core.access.defaults import sync_grants

logger = structlog.get_logger(__name__)


def create_account_set(
    *,
    schema_name: str,
    name: str,
    company: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> AccountSet:
    """Enter a set in the register and build its schema, both or neither; then write the rights that
    roles have to begin with.

    Raises `ValidationError` where the name of set or schema is taken or not acceptable. Must not
    be called inside a transaction of the caller's, except in tests.
    """
    account_set = AccountSet(
        schema_name=schema_name,
        name=name,
        company=company,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    with as_owner(), in_account_set(PUBLIC):
        check_schema_name(schema_name)
        account_set.full_clean()
        with transaction.atomic():
            account_set.save()
            build_schema(schema_name)
    with in_account_set(schema_name):
        sync_grants()
    return account_set


def drop_account_set(*, account_set: AccountSet) -> None:
    """Remove a set with everything in it, its sessions and its access keys, then its files and what
    the cache knows of it: another set of that name finds nothing. Can't be undone."""
    schema_name = account_set.schema_name
    with as_owner(), in_account_set(PUBLIC), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {quote_schema_name(schema_name)} CASCADE")
        account_set.delete()
    folder = folder_of(schema_name)
    if folder.exists():
        shutil.rmtree(folder)
    _forget_cached(schema_name)


def _forget_cached(schema_name: str) -> None:
    """Keys begin with the account set (`CACHES`). Where the cache can't be reached, what it holds
    expires by itself within the hour."""
    try:
        with redis.from_url(settings.CACHES["default"]["LOCATION"], socket_timeout=5) as client:
            for key in client.scan_iter(match=f"{schema_name}:*"):
                client.delete(key)
    except redis.RedisError as error:
        logger.warning("cache_not_emptied", account_set=schema_name, error=str(error))


def create_server_administrator(
    *, username: str, display_name: str, password: str
) -> ServerAdministrator:
    """Somebody who may log in at ``/server/``. Raises `ValidationError`."""
    administrator = ServerAdministrator(username=username, display_name=display_name)
    validate_password(password, administrator)
    administrator.set_password(password)
    with in_account_set(PUBLIC):
        administrator.full_clean()
        administrator.save()
    return administrator


def check_schema_name(schema_name: str) -> None:
    """Raises `ValidationError` unless a new set may have this schema."""
    validate_schema_name(schema_name)
    if schema_name in RESERVED_SCHEMAS or schema_exists(schema_name):
        raise ValidationError(
            _("There is a schema “%(name)s” already.") % {"name": schema_name}, code="taken"
        )


def schema_exists(schema_name: str) -> bool:
    """Whether the database has a schema of that name, registered or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [schema_name])
        row = cursor.fetchone()
    return bool(row and row[0])
