"""Rows into tables by COPY: without their triggers, their indexes built afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from psycopg import sql

INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i WHERE i.indrelid = %s::regclass AND NOT i.indisunique
"""
REFERENCES = """
SELECT conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""
Row = Mapping[str, Any]


@contextmanager
def bare(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Let tables have no triggers, no foreign keys and no indexes until the block ends. As the
    owner of the tables, in a transaction."""
    with connection.cursor() as cursor:
        after: list[str] = []
        for model in tables:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(REFERENCES, [table])
            for name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                after.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            cursor.execute(INDEXES, [table])
            for name, definition in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
                after.insert(0, definition)
            after.append(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        for statement in after:
            cursor.execute(statement)


def load(model: type[models.Model], rows: Iterable[Row]) -> None:
    """Write rows: values by attribute, those that aren't given as the model has them by default.
    All rows have the same ones."""
    fields = model._meta.concrete_fields
    defaults = [None if field.primary_key else field.get_default() for field in fields]
    names = [field.attname for field in fields]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
    )
    known = dict(zip(names, defaults, strict=True))
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            for row in rows:
                if unknown := row.keys() - known.keys():
                    raise ValueError(f"{model._meta.label}: {unknown}")
                copy.write_row([row.get(name, default) for name, default in known.items()])
        # The next id is the one after those that were given.
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}",  # noqa: S608
            [table],
        )
