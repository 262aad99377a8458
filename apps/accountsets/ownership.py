"""Work for a while as the database role that owns schemas and tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import environ
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend


@contextmanager
def as_owner() -> Iterator[None]:
    """The default connection of this thread logs in by `DATABASE_OWNER_URL` until the block ends.

    Where that isn't set, the connection stays what it is. What the outer connection has not yet
    committed can't be seen inside.
    """
    if not settings.DATABASE_OWNER_URL:
        yield
        return
    outer = connections[DEFAULT_DB_ALIAS]
    configuration = deepcopy(outer.settings_dict)
    configuration |= environ.Env.db_url_config(settings.DATABASE_OWNER_URL) | {
        "ENGINE": configuration["ENGINE"],
        "NAME": configuration["NAME"],
        "OPTIONS": configuration["OPTIONS"],
    }
    backend = load_backend(configuration["ENGINE"])
    owner = backend.DatabaseWrapper(configuration, DEFAULT_DB_ALIAS)
    owner.set_tenant(outer.tenant)
    connections[DEFAULT_DB_ALIAS] = owner
    try:
        yield
    finally:
        owner.close()
        connections[DEFAULT_DB_ALIAS] = outer
