"""Telling the workers that there is something to do.

A thread of its own tells them, so that nobody who decides waits for the broker: a message costs as
much as a third of a small step. What several steps leave at nearly the same time is told once.
"""

from __future__ import annotations

import atexit
import os
from contextlib import suppress
from threading import Event, Lock, Thread
from time import sleep
from typing import NamedTuple

import structlog
from celery import current_app
from django.db import connection
from django_tenants.utils import schema_context

logger = structlog.get_logger(__name__)

PAUSE = 0.02  # seconds from the first step to the message
HANDS = 2  # workers that share what has much to do


class Call(NamedTuple):
    """What workers are told: there is work for this task in this account set."""

    account_set: str
    task: str
    workers: int

    def send(self) -> None:
        """Never fails: the sweeper finds what a lost message would wake."""
        try:
            with schema_context(self.account_set):
                for _worker in range(self.workers):
                    current_app.tasks[self.task].apply_async(
                        retry=False, expires=30, ignore_result=True
                    )
        except Exception as error:  # whatever it is, the next one may get through
            logger.warning("wake_failed", account_set=self.account_set, error=str(error))


class Bell:
    """Rung by any thread; the calls go out in the background."""

    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._rung = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def ring(self, call: Call) -> None:
        self._calls.add(call)
        self._rung.set()
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._send, name="wake", daemon=True)
                    self._thread.start()

    def _send(self) -> None:
        while self._rung.wait():
            sleep(PAUSE)
            self._rung.clear()
            self.flush()

    def flush(self) -> None:
        """Send what has not been sent yet."""
        with suppress(KeyError):  # there is none left
            while True:
                self._calls.pop().send()


bell = Bell()


def wake() -> None:
    """Tell a worker, soon, that this account set has work. Never fails."""
    bell.ring(Call(_here(), "engine.work", 1))


def wake_batches() -> None:
    """Tell some workers, soon, that a batch is to be worked off. Never fails."""
    bell.ring(Call(_here(), "engine.batches", HANDS))


def _here() -> str:
    """The account set of this connection."""
    return str(connection.schema_name)  # type: ignore[attr-defined]  # django-tenants' wrapper


def _begin_anew() -> None:
    """A forked process has none of its parent's threads."""
    global bell
    bell = Bell()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(lambda: bell.flush())
