"""What the application's database role may do with what the owner's makes."""

from __future__ import annotations

import environ
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from config.bootstrap.steps import say
from config.services.postgresql import default_privileges

HISTORIES = ["engine_trailentry", "engine_trailcheckpoint", "audit_auditentry"]
CHANGEABLE = """
SELECT format('%%I.%%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY(%s) AND c.relkind = 'r' AND (
    has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')
    OR has_table_privilege(c.oid, 'TRUNCATE')
    OR pg_has_role(c.relowner, 'MEMBER'))  -- who could switch the trigger off
ORDER BY 1
"""


def grant_to_application() -> None:
    """Give it in this database, as the owner's role. Nothing where both are one."""
    owner, application = (
        environ.Env.db_url_config(url)["USER"]
        for url in (settings.DATABASE_OWNER_URL or settings.DATABASE_URL, settings.DATABASE_URL)
    )
    if owner != application:
        with connection.cursor() as cursor:
            cursor.execute(default_privileges(owner, application))


def changeable_histories() -> list[str]:
    """Tables of the trail and the audit log, of all account sets, that the application's role
    could change, or whose triggers it could switch off."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGEABLE, [HISTORIES])
        return [table for (table,) in cursor.fetchall()]


def require_histories_that_only_grow() -> None:
    """In production, raises CommandError where the trail is not protected from the application;
    elsewhere says so."""
    open_to_us = changeable_histories()
    if not open_to_us:
        return
    some = ", ".join(open_to_us[:3])
    problem = (
        f"the role of DATABASE_URL could change the trail ({some}): let another one own the"
        " database, and name it in DATABASE_OWNER_URL (see README)"
    )
    if settings.PRODUCTION:
        raise CommandError(problem)
    say(f"WARNING: {problem}")
