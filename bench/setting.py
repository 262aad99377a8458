"""What all measurements stand on: a fresh account set with the demo's people and the bench's
processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from apps.accountsets.models import AccountSet
from apps.accountsets.ownership import as_owner
from apps.accountsets.schemas import migrate_public
from apps.accountsets.services import create_account_set, drop_account_set
from apps.people.demo import make_people
from config.grants import grant_to_application
from engine import forms, operations
from engine.database import execute
from engine.definitions import deploy, shipped_files
from engine.forms import FormTask
from engine.models import Deployment

HERE = Path(__file__).parent
SCHEMA = "bench"


@dataclass(frozen=True, slots=True)
class People:
    """User ids of those who act in the measurements."""

    starter: int
    manager: int
    director: int


class DecideForm:
    """The task form of the bench's processes: takes everything."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> None:
        self.cleaned_data = dict(data or {})
        self.errors: Mapping[str, Any] = {}

    def is_valid(self) -> bool:
        return True


def take_effect(context: operations.Context, *, target: str) -> str:
    """What a service does when a small document takes effect: one row."""
    number = int(target.rpartition(":")[2])
    execute(
        "UPDATE bare.document SET state = 'effective', version = version + 1 WHERE id = %s",
        [number],
    )
    return "effective"


def fired(context: operations.Context) -> bool:
    """The effect of a timer: none beyond the engine's own rows."""
    return True


def make_setting() -> People:
    """Build the account set anew and enter it."""
    register()
    with as_owner():
        grant_to_application()
        migrate_public()
    for old in AccountSet.objects.filter(schema_name=SCHEMA):
        drop_account_set(account_set=old)
    create_account_set(schema_name=SCHEMA, name=SCHEMA)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute((HERE / "bare.sql").read_text())
    connection.set_schema(SCHEMA)
    staff = make_people()
    files = {path.name: path.read_bytes() for path in sorted((HERE / "processes").glob("*.bpmn"))}
    deploy({**shipped_files(), **files}, source=Deployment.Source.SHIPPED)
    return People(staff["qiuzhiyuan"].pk, staff["shanlina"].pk, staff["wulei"].pk)


def register() -> None:
    """Bring the form and the operations that the bench's processes name."""
    if "bench.decide" not in forms.registry:
        forms.registry.add("bench.decide", DecideForm)
        for name, function in (("bench.take_effect", take_effect), ("bench.fired", fired)):
            operations.registry.add(name, operations.describe(name, function))


def bare_connection() -> psycopg.Connection[Any]:
    """A connection of its own to the same server, as somebody without Django would have it."""
    return psycopg.connect(settings.DATABASE_URL)
