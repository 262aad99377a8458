"""The schema of a new account set is what the migrations make."""

from __future__ import annotations

import subprocess
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from apps.accountsets import schemas
from apps.accountsets.models import SchemaTemplate
from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from config.services.postgresql import default_privileges, find_programs


def dump(database: str, schema: str) -> list[str]:
    """Tables, functions, triggers, rights and rows of a schema as SQL, its name left out. Whole
    statements, sorted: the order of what doesn't depend on each other is that of the names."""
    url = urlsplit(settings.DATABASE_OWNER_URL)._replace(path=f"/{database}").geturl()
    command = [find_programs() / "pg_dump", "--inserts", f"--schema={schema}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("\\", "--"))]
    return sorted("\n".join(lines).replace(schema, "schema").split(";\n"))


def without_times(statements: list[str]) -> list[str]:
    """The times at which migrations ran are no part of the schema."""
    return [
        each.rpartition(", '")[0] if "django_migrations VALUES" in each else each
        for each in statements
    ]


def test_a_set_built_from_the_template_is_what_the_migrations_make(own_database):
    with as_owner():
        with in_account_set("public"):
            template = SchemaTemplate.objects.get()  # made when the tests' first set was built
        schemas.build_schema("set_a1")
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA set_b2")
        schemas.migrate("set_b2")
        with in_account_set("public"):
            assert SchemaTemplate.objects.get() == template
    slow = without_times(dump(own_database.name, "set_b2"))
    assert len(slow) > 1000
    assert without_times(dump(own_database.name, "set_a1")) == slow


def test_a_set_that_is_too_old_for_the_folded_migrations_is_named(own_database):
    replaced = [
        ("sales", "0001_squashed_0020_one_primary_contact"),
        ("sales", "0019_counted_by_index"),
    ]
    with as_owner():
        with in_account_set("t_two"):
            for app, name in replaced:
                MigrationRecorder(connection).record_unapplied(app, name)
        with pytest.raises(CommandError, match=r"“t_two” lacks sales\.0019"):
            schemas.migrate_account_sets()
        with in_account_set("t_two"):
            MigrationRecorder(connection).record_applied(*replaced[1])
        schemas.migrate_account_sets()
        with in_account_set("t_two"):
            assert replaced[0] in MigrationRecorder(connection).applied_migrations()


def test_a_changed_migration_makes_a_new_template(own_database, monkeypatch):
    monkeypatch.setattr(schemas, "fingerprint", lambda: "changed")
    monkeypatch.setattr(schemas, "_statements_of_migrations", lambda: "CREATE TABLE chair (n int)")
    with as_owner():
        schemas.build_schema("other")
        with in_account_set("public"):
            assert [each.fingerprint for each in SchemaTemplate.objects.all()] == ["changed"]
        with in_account_set("other"):
            assert connection.introspection.table_names()
    assert dump(own_database.name, "other")


def test_what_names_its_schema_is_no_template(own_database, monkeypatch):
    def migrate(schema_name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {schema_name}.chair (n int)")

    monkeypatch.setattr(schemas, "fingerprint", lambda: "changed")
    monkeypatch.setattr(schemas, "migrate", migrate)
    with as_owner():
        with pytest.raises(schemas.NotRepeatableError, match="CREATE TABLE"):
            schemas.build_schema("other")
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(other|template)'")
            assert cursor.fetchall() == []


@pytest.mark.parametrize("statement", ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.django_db
def test_the_application_has_no_right_to_what_the_owner_executes(statement):
    with in_account_set("public"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('public.accountsets_schematemplate', %s)", [statement]
        )
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_every_index_and_constraint_of_the_models_is_there():
    with connection.cursor() as cursor:
        for model in apps.get_models():
            meta = model._meta
            declared = {each.name for each in (*meta.indexes, *meta.constraints)}
            if meta.app_config.name in settings.TENANT_APPS and declared:
                there = connection.introspection.get_constraints(cursor, meta.db_table)
                assert declared <= set(there), meta.label


HISTORIES = {
    "engine_trailentry": {"INSERT", "SELECT"},
    "engine_trailcheckpoint": {"INSERT", "SELECT"},
    "audit_auditentry": {"INSERT", "SELECT"},
    "sales_stagechange": {"DELETE", "INSERT", "SELECT"},
    "sales_opportunity": {"DELETE", "INSERT", "SELECT", "UPDATE"},  # like any other table
}
RIGHTS = """
SELECT c.relname, array_agg(held.privilege_type::text) FROM pg_class c, aclexplode(c.relacl) held
WHERE c.relname = ANY(%s) AND c.relnamespace = 'other'::regnamespace
    AND pg_get_userbyid(held.grantee) = 'pg_monitor'
GROUP BY 1
"""


def test_histories_only_grow_whatever_the_role_of_the_application_is_called(own_database):
    owner = urlsplit(settings.DATABASE_OWNER_URL).username or ""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(default_privileges(owner, "pg_monitor"))  # any role that is there
        schemas.build_schema("other")
        cursor.execute(RIGHTS, [list(HISTORIES)])
        assert {table: set(rights) for table, rights in cursor.fetchall()} == HISTORIES
