"""`/healthz` says which part is not well."""

from __future__ import annotations

import time

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from apps.core.health.heartbeats import STALE_SECONDS, record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alive() -> None:
    """Worker and beat have just given a sign of life."""
    caches["server"].clear()
    for name in STALE_SECONDS:
        record(name)


def ask() -> tuple[int, dict[str, str]]:
    response = Client().get("/healthz")
    answer = response.json()
    assert answer["well"] is (response.status_code == 200)
    return response.status_code, answer["parts"]


def test_all_well_needs_no_login_and_no_account_set() -> None:
    parts = {"database": "well", "broker": "well", "worker": "well", "beat": "well"}
    assert ask() == (200, parts)


@pytest.mark.parametrize("name", list(STALE_SECONDS))
def test_a_silent_process_is_named(name: str) -> None:
    record(name, at=time.time() - STALE_SECONDS[name] - 100)
    status, parts = ask()
    assert status == 503
    assert [part for part, answer in parts.items() if answer != "well"] == [name]
    assert "last gave a sign of life" in parts[name]


def test_a_process_that_never_lived_is_named() -> None:
    caches["server"].clear()
    status, parts = ask()
    assert status == 503
    assert parts["worker"] == parts["beat"] == "gave no sign of life"


def test_a_dead_broker_is_named(settings) -> None:  # type: ignore[no-untyped-def]
    dead = {**settings.CACHES["server"], "LOCATION": "unix:///nonexistent/valkey.sock"}
    settings.CACHES = {**settings.CACHES, "server": dead}
    status, parts = ask()
    assert status == 503
    assert parts["database"] == "well"
    assert parts["broker"] == "does not answer"
    assert parts["worker"].startswith("unknown")


def test_a_database_that_refuses_is_named() -> None:
    """After an error PostgreSQL refuses every further statement of the transaction."""
    with connection.cursor() as cursor, pytest.raises(Exception, match="division"):
        cursor.execute("SELECT 1 / 0")
    status, parts = ask()
    assert status == 503
    assert [part for part, answer in parts.items() if answer != "well"] == ["database"]


def test_nothing_is_cached_and_nothing_may_be_posted() -> None:
    assert "no-store" in Client().get("/healthz")["Cache-Control"]
    assert Client().post("/healthz").status_code == 405
