"""Build the schemas: ``public``, and one for each account set.

Migrating an empty schema takes Django a few seconds, most of them spent in working out what the
models looked like at each step. What it sends to the database in the end is the same for every
account set. So it is done once, in a schema that is thrown away; the statements are kept in the
register (`SchemaTemplate`), and a set is built from them within a second.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.utils import quote_schema_name

from apps.accountsets.models import AccountSet, SchemaTemplate
from apps.accountsets.routing import PUBLIC, in_account_set

SHAPING = (
    "migrations/*.py",
    "migrating.py",
    "database.py",
    "sql/*.sql",
    "grants.py",
    "actions.py",
    "dictionaries.py",
)
PACKAGES = ("django", "django-tenants", "django-pghistory", "django-pgtrigger")

# django-tenants asks whether the schema is there, and goes into it; neither is to be repeated.
ABOUT_A_SCHEMA = ("SELECT EXISTS", "SET search_path")


class NotRepeatableError(RuntimeError):
    """A migration sent a statement that holds in one schema only."""


def migrate_public() -> None:
    """Bring ``public`` up to date: the apps that lie there, and nothing of the others."""
    for name in settings.SHARED_APPS:
        configuration = apps.get_app_config(name.rpartition(".")[2])
        if (Path(configuration.path) / "migrations").is_dir():
            migrate(PUBLIC, app_label=configuration.label)


def migrate_account_sets() -> None:
    """Bring the schemas of all account sets up to date. Raises CommandError for one that is older
    than what the folded migrations go on from."""
    for account_set in AccountSet.objects.all():
        _require_recent(account_set)
    call_command("migrate_schemas", tenant=True, interactive=False, verbosity=0)


def _require_recent(account_set: AccountSet) -> None:
    """Django would stop as well, but name models that it misses."""
    with in_account_set(account_set.schema_name):
        applied = set(MigrationRecorder(connection).applied_migrations())
    for key, migration in MigrationLoader(None).disk_migrations.items():
        left = set(migration.replaces) - applied
        if left and key not in applied and left != set(migration.replaces):
            missing = ", ".join(f"{app}.{name}" for app, name in sorted(left))
            raise CommandError(
                f"The account set “{account_set}” lacks {missing}, which is part of"
                f" {key[0]}.{key[1]} by now. Nothing of it was changed. Set it up by the earlier"
                " version that docs/decisions.md names (Platform), then by this one."
            )


def build_schema(schema_name: str) -> None:
    """Make the schema as the migrations make it, in one transaction.

    Raises `NotRepeatableError` where they can't be repeated in another schema.
    """
    with in_account_set(PUBLIC), transaction.atomic():
        template = SchemaTemplate.objects.filter(fingerprint=fingerprint()).first()
        if template is None:
            SchemaTemplate.objects.all().delete()
            template = SchemaTemplate.objects.create(
                fingerprint=fingerprint(), statements=_statements_of_migrations()
            )
        _create(schema_name)
        with in_account_set(schema_name), connection.cursor() as cursor:
            cursor.execute(template.statements)


def fingerprint() -> str:
    """Of everything in the code that shapes a schema, as 64 hex digits."""
    shape = repr((settings.SHARED_APPS, settings.TENANT_APPS, [version(each) for each in PACKAGES]))
    digest = hashlib.sha256(shape.encode())
    for configuration in apps.get_app_configs():
        folder = Path(configuration.path)
        for file in sorted(file for pattern in SHAPING for file in folder.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _statements_of_migrations() -> str:
    """What all migrations send when they meet an empty schema, as one script."""
    name = f"template_{secrets.token_hex(8)}"  # found in no statement by chance
    statements: list[str] = []
    with transaction.atomic(), in_account_set(PUBLIC):
        _create(name)
        with connection.execute_wrapper(_recorder(statements)):
            migrate(name)
        transaction.set_rollback(True)  # the schema goes, the statements stay
    kept = [each for each in statements if name not in each or not each.startswith(ABOUT_A_SCHEMA)]
    for statement in kept:
        if name in statement:
            raise NotRepeatableError(f"A migration names the schema it is in: {statement[:200]}")
    return ";\n".join(kept)


def _recorder(statements: list[str]) -> Callable[..., Any]:
    """A wrapper that notes what was executed, its parameters filled in."""

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        literal = psycopg.ClientCursor(context["connection"].connection)
        for each in params if many else [params]:
            # Without parameters a percent sign is one.
            statements.append(literal.mogrify(sql, each) if each else str(sql))
        return result

    return note


def _create(schema_name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(schema_name)}")


def migrate(schema_name: str, **options: Any) -> None:
    """Run the migrations in a schema that is there."""
    call_command(
        "migrate_schemas", schema_name=schema_name, interactive=False, verbosity=0, **options
    )
