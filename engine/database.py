"""The engine's own way to the database: prepared statements on Django's connection.

Django's cursors merge parameters on the client and never prepare; a step is two statements that are
always the same, so preparing them pays. Everything else goes through the ORM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import psycopg
from django.db import connection
from django.utils.translation import gettext as _
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.rows import TupleRow

from engine.exceptions import Conflict

SQL = Path(__file__).parent / "sql"


class JsonLoader(Loader):
    """jsonb as Python values; Django has it loaded as text."""

    def load(self, data: Buffer) -> Any:
        return orjson.loads(data)


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[TupleRow]:
    """Run one statement (parameters as %s) in the current transaction and account set; all its
    rows. Raises Conflict where a lock can't be had in the time that the connection allows."""
    connection.cursor().close()  # connects and enters the account set where that is still to do
    began = monotonic()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        cursor.adapters.register_loader("jsonb", JsonLoader)
        try:
            cursor.execute(statement, parameters, prepare=True)
        except (LockNotAvailable, DeadlockDetected) as error:
            message = _("Others are working on this at the moment; try again.")
            raise Conflict(message, by=None, at=None) from error
        rows = cursor.fetchall() if cursor.description else []
    if connection.queries_logged:  # so that tests can count us like any other query
        connection.queries_log.append({"sql": statement, "time": f"{monotonic() - began:.3f}"})
    return rows
