"""Many commands at once, each in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from config.services.processes import wait_until
from engine.cases import lock_instances
from engine.exceptions import EngineError

THREADS = 20
SECONDS = 20
Act = Callable[[], Any]

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def race(*acts: Act) -> list[Any]:
    """Let all act at the same moment. What each gave, or its typed error, in their order.

    Any other error (of the database, say) is raised: a person would have seen it."""
    barrier = threading.Barrier(len(acts))
    with ThreadPoolExecutor(len(acts)) as pool:
        return _results([pool.submit(_act, act, barrier) for act in acts])


def crowd(instances: Sequence[int], *acts: Act) -> list[Any]:
    """Like `race`, but all of them stand before the locks of `instances` when the first may go on:
    each has begun to read before the winner writes."""
    with ThreadPoolExecutor(len(acts)) as pool:
        with transaction.atomic():
            lock_instances(instances)
            running = [pool.submit(_act, act, None) for act in acts]
            assert wait_until(lambda: waiting() == len(acts), SECONDS), waiting()
        return _results(running)


def _act(act: Act, barrier: threading.Barrier | None) -> Any:
    connection.set_schema("t_one")
    try:
        connection.ensure_connection()
        if barrier is not None:
            barrier.wait(SECONDS)
        return act()
    except EngineError as error:
        return error
    finally:
        connection.close()


def _results(running: Sequence[Future[Any]]) -> list[Any]:
    return [one.result(SECONDS) for one in running]


def waiting() -> int:
    """How many wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else it stays what it was
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def winners(results: Sequence[Any]) -> list[Any]:
    """What those got who were not refused."""
    return [result for result in results if not isinstance(result, EngineError)]


def losers(results: Sequence[Any]) -> list[EngineError]:
    return [result for result in results if isinstance(result, EngineError)]
