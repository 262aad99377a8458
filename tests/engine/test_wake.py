"""Workers are told in the background, and once of what happens at the same time."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from threading import Event

import pytest
from celery import current_app
from django.db import connection

from apps.accountsets.routing import in_account_set
from engine import wake

SOON = 10  # seconds


class Broker:
    """Takes messages instead of the real one; `broken` refuses those of an account set."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.broken = ""
        self.reached = Event()

    def sender(self, task: str) -> Callable[..., None]:
        def apply_async(**options: object) -> None:
            account_set = str(connection.schema_name)
            try:
                if account_set == self.broken:
                    raise OSError("no broker")
                self.got.append((account_set, task))
            finally:
                self.reached.set()

        return apply_async


@pytest.fixture
def broker(monkeypatch) -> Broker:
    broker = Broker()
    for task in ("engine.work", "engine.batches"):
        monkeypatch.setattr(current_app.tasks[task], "apply_async", broker.sender(task))
    monkeypatch.setattr(wake, "bell", wake.Bell())
    return broker


def test_whoever_wakes_does_not_wait_for_the_broker(broker, monkeypatch):
    sent = Event()
    monkeypatch.setattr(wake, "sleep", lambda seconds: sent.wait(SOON))
    with in_account_set("t_one"):
        wake.wake()
    assert not broker.got
    sent.set()
    assert broker.reached.wait(SOON)


def test_what_happens_at_the_same_time_is_told_once_in_each_account_set(broker, monkeypatch):
    monkeypatch.setattr(wake.Bell, "_send", lambda bell: None)  # as if it slept
    for account_set in ("t_one", "t_two", "t_one"):
        with in_account_set(account_set):
            wake.wake()
    wake.bell.flush()
    assert sorted(broker.got) == [("t_one", "engine.work"), ("t_two", "engine.work")]
    wake.bell.flush()
    assert len(broker.got) == 2


def test_a_batch_wakes_several_workers(broker, monkeypatch):
    monkeypatch.setattr(wake.Bell, "_send", lambda bell: None)
    with in_account_set("t_one"):
        wake.wake_batches()
    wake.bell.flush()
    assert broker.got == [("t_one", "engine.batches")] * wake.HANDS


def test_a_message_that_cannot_be_sent_stops_no_other(broker):
    broker.broken = "t_one"
    with in_account_set("t_one"):
        wake.wake()
    assert broker.reached.wait(SOON)
    broker.reached.clear()
    with in_account_set("t_two"):
        wake.wake()
    assert broker.reached.wait(SOON)
    assert broker.got == [("t_two", "engine.work")]


def test_a_forked_process_tells_by_itself(broker):
    with in_account_set("t_one"):
        wake.wake()
    assert broker.reached.wait(SOON)
    with warnings.catch_warnings(action="ignore"):  # newer Pythons warn of forks beside threads
        child = os.fork()
    if child == 0:
        broker.reached.clear()
        with in_account_set("t_one"):
            wake.wake()
        os._exit(0 if broker.reached.wait(SOON) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
