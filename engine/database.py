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
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import TupleRow

SQL = Path(__file__).parent / "sql"


class JsonLoader(Loader):
    """jsonb as Python values; Django has it loaded as text."""

    def load(self, data: Buffer) -> Any:
        return orjson.loads(data)


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[TupleRow]:
    """Run one statement (parameters as %s) in the current transaction and account set; all its
    rows."""
    with (
        connection.cursor()
    ):  # opens the connection and enters the account set, if that is still to be done
        pass
    began = monotonic()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        cursor.adapters.register_loader("jsonb", JsonLoader)
        cursor.execute(statement, parameters, prepare=True)
        rows = cursor.fetchall() if cursor.description else []
    if connection.queries_logged:  # so that tests can count us like any other query
        connection.queries_log.append({"sql": statement, "time": f"{monotonic() - began:.3f}"})
    return rows
