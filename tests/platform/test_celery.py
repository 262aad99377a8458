"""A real worker: jobs run in the account set they were sent from, and nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import pytest
from django.core.cache import caches

from apps.accountsets.routing import in_account_set
from apps.core.health.heartbeats import ages
from config.beat import Scheduler
from config.celery import app
from config.services.processes import wait_until
from tests.platform.probe_jobs import where_am_i

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


@contextmanager
def working(database: str, log: Path, include: str) -> Iterator[Path]:
    """A worker on that database, with these modules of jobs. Its log."""
    caches["server"].clear()
    command = ["celery", "-A", "config", "worker", "--include", include]
    options = ["--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, *options],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "LOG_LEVEL": "INFO"},
            stdout=output,
            stderr=output,
        )
    try:
        assert wait_until(lambda: ages()["worker"] is not None, SECONDS), log.read_text()
        yield log
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture
def worker(own_database, tmp_path: Path) -> Iterator[Path]:  # type: ignore[no-untyped-def]
    """A worker on this test's own database. Its log."""
    with working(own_database.url, tmp_path / "worker.log", "tests.platform.probe_jobs") as log:
        yield log


def test_jobs_find_their_account_set(worker: Path) -> None:
    found = {}
    for schema_name in ("t_one", "t_two"):
        with in_account_set(schema_name):
            where_am_i.delay(f"ran-in-{schema_name}")
        found[f"ran-in-{schema_name}"] = schema_name
    keys = list(found)
    wait_until(lambda: len(caches["server"].get_many(keys)) == 2, SECONDS)
    assert caches["server"].get_many(keys) == found

    # A message that somebody sent without an account set: refused, and the worker goes on.
    identity = str(uuid.uuid4())
    with app.connection_for_write() as connection:
        producer = connection.Producer()
        producer.publish(
            json.dumps([["ran-unasked"], {}, {}]),
            routing_key="celery",
            headers={"id": identity, "task": where_am_i.name, "lang": "py", "root_id": identity},
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=identity,
        )
    assert wait_until(lambda: "WrongAccountSetError" in worker.read_text(), SECONDS)
    with in_account_set("t_two"):
        where_am_i.delay("ran-afterwards")
    assert wait_until(lambda: caches["server"].get("ran-afterwards") == "t_two", SECONDS)
    assert caches["server"].get("ran-unasked") is None


def test_a_worker_that_takes_no_message_shows_no_life(own_database, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Its main process lives and beats every two seconds; nobody sends anything for a while."""
    include = "tests.platform.probe_jobs,tests.platform.impatient"
    with working(own_database.url, tmp_path / "worker.log", include):
        assert wait_until(lambda: (ages()["worker"] or 0) > 5, SECONDS)
        with in_account_set("t_one"):
            where_am_i.delay("ran-late")
        assert wait_until(lambda: (ages()["worker"] or 9) < 2, SECONDS)


def test_losing_the_broker_while_acknowledging_is_a_lost_connection() -> None:
    """The worker survives those. The library alone fails with an AttributeError, and the worker
    lives on without ever taking a message again."""
    with app.connection_for_read() as connection:
        channel = connection.channel()
        connection.transport.client = None  # as it leaves it when the connection is lost
        with pytest.raises(connection.connection_errors):
            channel.qos.ack("tag")


def test_beat_gives_a_sign_of_life_at_each_tick() -> None:
    caches["server"].clear()
    assert Scheduler(app=app).tick() <= 15
    assert ages()["beat"] is not None
    assert ages()["worker"] is None


def test_beat_that_cannot_send_shows_no_life(monkeypatch: pytest.MonkeyPatch) -> None:
    app.loader.import_default_modules()
    caches["server"].clear()
    scheduler = Scheduler(app=app)
    entry = deepcopy(next(iter(scheduler.schedule.values())))  # sending adds to its headers
    with monkeypatch.context() as broken:
        broken.setattr(app.tasks[entry.task], "apply_async", lambda *_args, **_options: 1 / 0)
        scheduler.apply_entry(entry)  # logs why it failed, and goes on
    scheduler.tick()
    assert ages()["beat"] is None
    scheduler.apply_entry(entry)
    scheduler.tick()
    assert ages()["beat"] is not None


def test_what_a_lost_message_would_have_woken_is_looked_for_within_a_minute() -> None:
    """Every entry names a task that exists, and carries an account set."""
    app.loader.import_default_modules()
    seconds = {}
    for entry in Scheduler(app=app).schedule.values():
        task = entry.args[0] if entry.args else entry.task
        assert {task, entry.task} <= set(app.tasks)
        assert entry.options["headers"] == {"account_set": "public"}
        seconds[task] = entry.schedule.run_every.total_seconds()
    assert seconds["engine.work"] <= 60
