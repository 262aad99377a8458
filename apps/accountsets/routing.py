"""Which account set the connection is in: the helpers, and where it rests between requests.

`connection.set_schema` is called by the middleware, by Celery's signals (`celery.py`), by
`in_account_set` and by `rest`; nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import connection
from django_tenants.utils import schema_context

PUBLIC = "public"

resting_schema = PUBLIC
"""Where the connection is between requests. Tests let it rest in an account set."""


class NoAccountSetError(RuntimeError):
    """Something that belongs to an account set was asked for outside of any."""


def current_set() -> str:
    """Schema name of the account set this thread works in.

    It is part of the name of every file, lock and cache entry. Raises `NoAccountSetError` in
    ``public``."""
    schema = str(connection.schema_name)
    if schema == PUBLIC:
        raise NoAccountSetError("no account set has been chosen")
    return schema


def in_public() -> bool:
    """Whether no account set has been chosen in this thread."""
    return bool(connection.schema_name == PUBLIC)


def scoped(name: str) -> str:
    """`name` made unique over all account sets: for locks, channels and the like."""
    return f"{current_set()}:{name}"


@contextmanager
def in_account_set(schema_name: str) -> Iterator[None]:
    """Work in that set (or in ``public``) and come back afterwards, also after an error."""
    with schema_context(schema_name):
        yield


def rest(**signal: Any) -> None:
    """Leave the account set; after a request when its body has been sent: streams read on."""
    if connection.schema_name != resting_schema:
        connection.set_schema(resting_schema)


def connect() -> None:
    """Let the connection rest before and after each request."""
    request_started.connect(rest, dispatch_uid="account set: before the request")
    request_finished.connect(rest, dispatch_uid="account set: after the request")
