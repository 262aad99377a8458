"""The database of the tests: a copy of a template, which is migrated once per state of migrations.

Two account sets exist in it, `t_one` and `t_two`; the connection rests in `t_one`. An ordinary test
(`pytest.mark.django_db`) is rolled back. A test with threads, processes or a browser asks for
`own_database`: a fresh copy that is dropped afterwards.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import translation
from psycopg import sql

from apps.accountsets import routing
from apps.accountsets.models import AccountSet
from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from apps.accountsets.schemas import build_schema, fingerprint, migrate_public
from apps.accountsets.services import create_account_set
from apps.core import once
from apps.people import calendar, demo
from apps.people import services as people_services
from apps.people.models import User
from engine import wake

SETS = ("t_one", "t_two")
COMPANY = "t_company"  # a schema of the template, no account set: `company` copies it
NUMBERED = ("people_user", "people_department", "people_roleholder")
PEOPLE = (*NUMBERED, "people_employee")
TEMPLATE_PREFIX = "crm_template_"
DATABASE_PREFIX = "crm_test_"
BUILDING = 4_200_001  # advisory lock: one process builds the template, the others wait
KEEP_TEMPLATES = "1 day"

_serial = itertools.count()


@dataclass(frozen=True)
class Database:
    """A database of its own for one test; `url` is for processes that the test starts."""

    name: str
    url: str


# --- template and copies ------------------------------------------------------------------------
def template_name() -> str:
    """Named by everything that shapes the tables, so that a changed migration makes a new one."""
    digest = hashlib.sha256(fingerprint().encode())
    services = Path(str(people_services.__file__)).parent
    for file in (Path(demo.__file__), *sorted(services.glob("*.py"))):
        digest.update(file.read_bytes())
    return TEMPLATE_PREFIX + digest.hexdigest()[:16]


@contextmanager
def server(*, owner: bool = True) -> Iterator[psycopg.Cursor]:
    """A cursor outside of any test database, for creating and dropping them."""
    with as_owner() if owner else nullcontext():
        parameters = connection.get_connection_params()
    for name in ("context", "cursor_factory", "prepare_threshold"):
        parameters.pop(name, None)
    with closing(psycopg.connect(**{**parameters, "dbname": "postgres"}, autocommit=True)) as link:
        yield link.cursor()


def use_database(name: str) -> None:
    """Let all connections of this process go to that database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = name


def build_template(cursor: psycopg.Cursor, name: str) -> None:
    """Migrate a new database and mark it as a template. Old ones of earlier migrations go."""
    for (old,) in cursor.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s AND datname <> %s"
        " AND shobj_description(oid, 'pg_database')::timestamptz < now() - %s::interval",
        [TEMPLATE_PREFIX + "%", name, KEEP_TEMPLATES],
    ).fetchall():
        cursor.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(old)))
        drop_database(cursor, old)
    drop_database(cursor, name)
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    use_database(name)
    with as_owner():
        migrate_public()
    for schema in SETS:
        create_account_set(schema_name=schema, name=schema)
    with as_owner():
        build_schema(COMPANY)
    with in_account_set(COMPANY):
        demo.make_people()
    use_database("postgres")
    cursor.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(name), sql.Literal(datetime.now(UTC).isoformat())
        )
    )
    cursor.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))


def copy_template() -> str:
    """Name of a fresh copy of the template, which is built first where it is missing."""
    template = template_name()
    with server() as cursor:
        cursor.execute("SET lock_timeout = 0")  # another process may be building it
        cursor.execute("SELECT pg_advisory_lock(%s)", [BUILDING])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [template])
        if cursor.fetchone() is None:
            build_template(cursor, template)
        drop_left_over(cursor)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILDING])
    return copy_database(template)


def copy_database(source: str) -> str:
    """Name of a fresh copy of a database to which nobody is connected."""
    name = f"{DATABASE_PREFIX}{os.getpid()}_{next(_serial)}"
    with server() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    return name


@contextmanager
def within(name: str) -> Iterator[Database]:
    """All happens in that database, at first in the first account set; then it is dropped."""
    before = connection.settings_dict["NAME"]
    try:
        use_database(name)
        connection.set_schema(SETS[0])
        yield Database(name=name, url=database_url(name))
    finally:
        use_database(before)
        with server() as cursor:
            drop_database(cursor, name)


def drop_database(cursor: psycopg.Cursor, name: str) -> None:
    """Drop it, ending what is still connected as the application (FORCE is for its own role)."""
    with server(owner=False) as application:
        application.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = current_user",
            [name],
        )
    # Waits up to five seconds for them to be gone.
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def drop_left_over(cursor: psycopg.Cursor) -> None:
    """Drop test databases of processes that are gone (their names hold the process id)."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [DATABASE_PREFIX + "%"])
    for (name,) in cursor.fetchall():
        process = name.removeprefix(DATABASE_PREFIX).partition("_")[0]
        if not Path("/proc", process).exists():
            drop_database(cursor, name)


# --- fixtures -----------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """One copy of the template per process, for all tests that are rolled back."""
    with django_db_blocker.unblock():
        name = copy_template()
        use_database(name)
        routing.resting_schema = SETS[0]
    yield
    with django_db_blocker.unblock():
        use_database("postgres")
        with server() as cursor:
            drop_database(cursor, name)


@pytest.fixture(scope="session", autouse=True)
def files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files of the tests lie in a temporary folder."""
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session", autouse=True)
def no_workers() -> Iterator[None]:
    """Nobody listens in this process's tests, and no thread of an earlier one calls later."""

    class Mute(wake.Bell):
        def ring(self, call: wake.Call) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wake, "bell", Mute())
        yield


@pytest.fixture(autouse=True)
def account_set() -> str:
    """Every test begins in the first account set, and in Chinese. Its schema name."""
    translation.deactivate()  # what the request of another test has left
    calendar.forget()
    once.end()  # what an answer that was left open has read: a server would close the file
    connection.set_schema(SETS[0])
    return SETS[0]


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker) -> Iterator[Database]:
    """A database that this test has for itself, really committing. Not with `django_db`."""
    with django_db_blocker.unblock(), within(copy_template()) as database:
        yield database


def database_url(name: str) -> str:
    """Address of a database of the server that the tests use."""
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


@pytest.fixture
def in_set() -> Callable[[str], AbstractContextManager[None]]:
    """`with in_set("t_two"):` works in another account set."""
    return in_account_set


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """`signed_in("shanlina")`: a client with a session of that user, in `t_one` or another set."""

    def sign_in(username: str, schema_name: str = SETS[0]) -> Client:
        client = Client()
        with in_account_set(schema_name):
            session = client.session
            session.enter(AccountSet.objects.get(schema_name=schema_name))
            session.save()
            client.force_login(User.objects.get_by_natural_key(username))
        return client

    return sign_in


def skip_numbers(schema: str, table: str) -> str:
    """SQL that leaves the ids in use behind; by nextval, as the application can't set sequences."""
    ids = f"generate_series(1, (SELECT max(id) FROM {schema}.{table}))"
    return f"SELECT nextval('{schema}.{table}_id_seq') FROM {ids};"


@pytest.fixture
def company(request: pytest.FixtureRequest) -> dict[str, User]:
    """The demo company's people in the first account set, by user name; nobody is away."""
    request.getfixturevalue("own_database" if "own_database" in request.fixturenames else "db")
    rows = "".join(f"INSERT INTO {SETS[0]}.{t} SELECT * FROM {COMPANY}.{t};" for t in PEOPLE)
    numbers = "".join(skip_numbers(SETS[0], table) for table in NUMBERED)
    with connection.cursor() as cursor:
        cursor.execute(rows + numbers)
    return {user.username: user for user in User.objects.order_by("pk")}
