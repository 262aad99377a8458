"""Account sets that are in use are migrated: tables have rows, which wait for their checks."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from apps.accountsets.schemas import migrate
from apps.sales.large.seeding import TABLES, seed

pytestmark = pytest.mark.long
SET = "t_one"
Key = tuple[str, str]


def _before_the_newest() -> tuple[set[Key], list[Key]]:
    """The newest migration of each app of ours, with all that stands on it; and the last one of
    each app before these."""
    graph = MigrationLoader(connection).graph
    labels = [
        app.label
        for app in apps.get_app_configs()
        if app.name in settings.TENANT_APPS and app.name.startswith(("apps.", "engine"))
    ]
    leaves = [leaf for label in labels for leaf in graph.leaf_nodes(label)]
    first = {leaf for leaf in leaves if leaf in graph.root_nodes(leaf[0])}
    gone = {key for leaf in leaves if leaf not in first for key in graph.backwards_plan(leaf)}
    left = [
        parent.key
        for key in gone
        for parent in graph.node_map[key].parents
        if parent.key[0] == key[0] and parent.key not in gone
    ]
    return gone, left


def _applied() -> set[Key]:
    return set(MigrationLoader(connection).applied_migrations)


def test_the_newest_migrations_take_tables_with_rows(own_database) -> None:
    seed(SET, scale=0.0005, now=timezone.now())
    rows, whole = [table.objects.count() for table in TABLES], _applied()
    assert all(rows)
    gone, left = _before_the_newest()
    with as_owner():
        with in_account_set(SET):
            MigrationExecutor(connection).migrate(left)
            assert whole - _applied() == gone
        migrate(SET)
    connection.set_schema(SET)
    assert (_applied(), [table.objects.count() for table in TABLES]) == (whole, rows)
