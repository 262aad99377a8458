"""The Celery app. Every message carries its account set (apps.accountsets.celery).

Nothing that matters lives in the broker: a message says "look now", the rows say what is to do.
So the schedule needs no memory either; it lies here, in code.
"""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, task_received, worker_ready
from celery.worker.state import active_requests
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport.redis import Channel
from redis.exceptions import ConnectionError  # noqa: A004

from apps.core.health.heartbeats import record

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lingdang", task_cls="apps.accountsets.celery:AccountSetTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
app.steps["worker"].add(DjangoStructLogInitStep)


def in_every_account_set(task: str, seconds: float) -> dict[str, Any]:
    """An entry for a task that is to run in each account set, so often."""
    return {
        "task": "config.in_every_account_set",
        "args": (task, seconds),
        "schedule": seconds,
        "options": {"headers": {"account_set": "public"}, "expires": seconds},
    }


app.conf.beat_schedule = {
    # What a lost message would have woken is found within this time.
    "work": in_every_account_set("engine.work", 30),
    "batches": in_every_account_set("engine.batches", 30),
    "housekeeping": in_every_account_set("engine.housekeeping", 60),
    "people": in_every_account_set("people.announce", 60),
    "imports": in_every_account_set("transfer.work", 60),
    "silent companies": in_every_account_set("sales.warn_silent", 900),
    "dormant customers": in_every_account_set("sales.remind_of_dormant", 1800),
    "attachments": in_every_account_set("attachments.sweep", 3600),
    "sessions": {
        "task": "accountsets.clear_sessions",
        "schedule": 3600,
        "options": {"headers": {"account_set": "public"}, "expires": 3600},
    },
}


def _connection_parameters(channel: Channel, asynchronous: bool = False) -> dict[str, Any]:
    """A channel whose connection was lost has no address any more. The library then fails with an
    AttributeError, which stops the worker from consuming for good; as the connection error that it
    is, it is survived."""
    if channel.connection.client is None:
        raise ConnectionError("the connection to the broker is closed")
    return _library_parameters(channel, asynchronous=asynchronous)


_library_parameters = Channel._connparams
Channel._connparams = _connection_parameters


@setup_logging.connect
def keep_our_logging(**signal: Any) -> None:
    """A receiver is all it takes to stop Celery from setting up its own."""


QUIET_SECONDS = 40  # beat sends some message every 30 s
_took_a_message = time.monotonic()


@worker_ready.connect
@task_received.connect
def worker_consumes(**signal: Any) -> None:
    """Sent by the worker's main process when it has begun, and with each message that it takes."""
    global _took_a_message
    _took_a_message = time.monotonic()


@heartbeat_sent.connect
def worker_is_alive(**signal: Any) -> None:
    """Sent by the worker's main process every two seconds, however busy its children are. One that
    takes no messages although it has time to shows no life: its consumer may be dead."""
    if active_requests or time.monotonic() - _took_a_message < QUIET_SECONDS:
        record("worker")
