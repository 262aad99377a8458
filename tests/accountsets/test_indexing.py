"""Indexes that are made while their tables are in use."""

from __future__ import annotations

import pytest
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from apps.accountsets.indexing import AddIndexInUse
from apps.accountsets.ownership import as_owner

TABLE, NAME = "desk_phrase", "phrase_by_text"


def add_index() -> None:
    operation = AddIndexInUse("phrase", models.Index(fields=["text"], name=NAME))
    before = MigrationLoader(connection).project_state()
    after = before.clone()
    operation.state_forwards("desk", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("desk", editor, before, after)


def indexed() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, TABLE)[NAME]["columns"]


@pytest.mark.usefixtures("own_database")
def test_what_an_attempt_that_was_broken_off_has_left_is_made_anew() -> None:
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX {NAME} ON {TABLE} (owner_id)")
        add_index()
        assert indexed() == ["text"]


@pytest.mark.usefixtures("own_database")
def test_in_a_transaction_it_is_made_as_any_other() -> None:
    with as_owner():
        with transaction.atomic():
            add_index()
        assert indexed() == ["text"]
