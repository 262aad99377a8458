"""The engine's own way to the database: prepared statements on Django's connection.

Django's cursors merge parameters on the client and never prepare; a step is two statements that are
always the same, so preparing them pays. Everything else goes through the ORM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

import django.db
import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled
from psycopg.rows import TupleRow

from engine.exceptions import Conflict

JSONB = 3802  # the type's number in PostgreSQL
# Classes of SQLSTATE by which a server says that it can't work now, whatever it was asked:
# connection, resources (a full disk among them), operator intervention, system.
_UNAVAILABLE = ("08", "53", "57", "58")


def unavailable(error: BaseException | None) -> bool:
    """Whether the database can't work at the moment, and the statement is not to blame. Looks
    through what wraps the database's own error."""
    while error is not None:
        if isinstance(error, QueryCanceled):
            return False
        if isinstance(error, psycopg.InterfaceError | django.db.InterfaceError):
            return True  # the connection is closed already
        if isinstance(error, psycopg.OperationalError):
            return error.sqlstate is None or error.sqlstate.startswith(_UNAVAILABLE)
        error = error.__cause__
    return False


def execute(
    statement: str,
    parameters: Sequence[Any] | Mapping[str, Any] = (),
    *,
    anywhere: bool = False,
    documents: bool = True,
) -> list[TupleRow]:
    """Run one statement (parameters as %s) in the current transaction and account set; all its
    rows, jsonb as Python values, without `documents` as text. `anywhere`: it names the schemas of
    its tables itself, so that no account set need be entered. Raises Conflict where a lock can't be
    had in the time that the connection allows."""
    connection: Any = connections[DEFAULT_DB_ALIAS]  # `django.db.connection` looks at every use
    if anywhere:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
    elif connection.connection is None or not getattr(connection, "search_path_set_schemas", None):
        connection.cursor().close()  # connects, and enters the account set
    began = monotonic()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        try:
            cursor.execute(statement, parameters, prepare=True)
        except (LockNotAvailable, DeadlockDetected) as error:
            message = _("Others are working on this at the moment; try again.")
            raise Conflict(message, by=None, at=None) from error
        rows = _rows(cursor, documents)
    if connection.queries_logged:  # so that tests can count us like any other query
        connection.queries_log.append({"sql": statement, "time": f"{monotonic() - began:.3f}"})
    return rows


def _rows(cursor: psycopg.Cursor[TupleRow], parsed: bool) -> list[TupleRow]:
    """All rows. Django has jsonb loaded as text; a loader of our own would cost more at every
    statement than parsing where there is some."""
    result = cursor.pgresult
    if result is None or not result.nfields:
        return []
    rows = cursor.fetchall()
    if not parsed:
        return rows
    documents = {column for column in range(result.nfields) if result.ftype(column) == JSONB}
    if not documents:
        return rows
    return [
        tuple(
            orjson.loads(value) if column in documents and value is not None else value
            for column, value in enumerate(row)
        )
        for row in rows
    ]


KEEP_FROM_OTHERS = """
DO $$
DECLARE
    holder text;
BEGIN
    FOR holder IN
        SELECT DISTINCT CASE held.grantee WHEN 0 THEN 'PUBLIC'
            ELSE quote_ident(pg_get_userbyid(held.grantee)) END
        FROM pg_class c, aclexplode(c.relacl) held
        WHERE c.oid = '{table}'::regclass AND held.grantee <> c.relowner
    LOOP
        EXECUTE 'REVOKE {rights} ON {table} FROM ' || holder;
    END LOOP;
END $$;
"""


def keep_from_others(table: str, rights: str) -> str:
    """SQL for migrations: none but the owner of a table has these rights to it any more, whatever
    the role of web and workers is called."""
    return KEEP_FROM_OTHERS.format(table=table, rights=rights)
