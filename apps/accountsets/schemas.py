"""Build the schema of an account set."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django_tenants.utils import quote_schema_name


def build_schema(schema_name: str) -> None:
    """Make the schema and run all migrations in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(schema_name)}")
    call_command("migrate_schemas", schema_name=schema_name, verbosity=0, interactive=False)
