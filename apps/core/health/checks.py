"""The four things that must be well, each asked once and cheaply."""

from __future__ import annotations

import structlog
from django.db import Error, connection
from redis.exceptions import RedisError

from apps.core.health.heartbeats import STALE_SECONDS, ages

logger = structlog.get_logger(__name__)

WELL = "well"


def check_all() -> dict[str, str]:
    """`{"database": …, "broker": …, "worker": …, "beat": …}`, each "well" or what is wrong.

    The words are for whoever keeps the server; they hold no address and no error text, since
    anybody may ask. The error itself goes to the log.
    """
    return {"database": check_database(), **check_broker_and_heartbeats()}


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as problem:
        logger.warning("health: database", error=str(problem))
        return "does not answer"
    return WELL


def check_broker_and_heartbeats() -> dict[str, str]:
    """The cache is a database of the broker's server: reading the heartbeats asks both."""
    try:
        found = ages()
    except RedisError as problem:
        logger.warning("health: broker", error=str(problem))
        unknown = dict.fromkeys(STALE_SECONDS, "unknown: the broker does not answer")
        return {"broker": "does not answer", **unknown}
    return {"broker": WELL, **{name: judge(name, age) for name, age in found.items()}}


def judge(name: str, age: float | None) -> str:
    if age is None:
        return "gave no sign of life"
    if age > STALE_SECONDS[name]:
        return f"last gave a sign of life {age:.0f} s ago"
    return WELL
