"""Inbox pages and counts of a firm with a million open and five million done tasks, in the
database."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import connection
from django.utils import timezone

from apps.accountsets.models import AccountSet
from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from apps.accountsets.services import create_account_set, drop_account_set
from bench.report import Figure, say
from engine import inbox
from engine.database import execute

HERE = Path(__file__).parent
SCHEMA = "bench_inbox"
STAFF = 700
GROUPS = 400  # audiences of several: roles, roles within departments, principals with substitutes
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
OPEN, DONE = int(1_000_000 * SCALE), int(5_000_000 * SCALE)


Asked = tuple[str, dict[str, object]]
"""A statement and its parameters."""

BUSIEST = """
SELECT m."user", sum(c.delta)
FROM engine_audiencemember m JOIN engine_inboxcount c USING (audience_id)
GROUP BY 1 ORDER BY 2 DESC LIMIT 5
"""


def measure_inbox() -> Iterator[Figure]:
    """The slowest of a choice of users, the busiest among them; median of many calls, milliseconds:
    by the server's clock, and as the caller sees it (`_called`), with the way there and back and
    the rows made into values."""
    say(f"filling {OPEN:,} open and {DONE:,} done tasks")
    fill()
    with in_account_set(SCHEMA):
        users, now = _users(), timezone.now()
        cursors = {user: _cursor(user, 20, now) for user in users}
        asked: dict[str, Callable[[int], Asked]] = {
            "inbox_page_1": lambda user: _statement(user, "", now),
            "inbox_page_20": lambda user: _statement(user, cursors[user], now),
            "inbox_counts": lambda user: (inbox.COUNTS, {"user": user, "now": now}),
        }
        for name, ask in asked.items():
            each = {user: ask(user) for user in users}
            slowest = max(_median(partial(_in_database, *each[user])) for user in users)
            yield Figure(name, slowest, "ms", None, 2, 0.5)
            slowest = max(_median(partial(_called, *each[user])) for user in users)
            yield Figure(f"{name}_called", slowest, "ms")
    drop_account_set(account_set=AccountSet.objects.get(schema_name=SCHEMA))


def fill() -> None:
    """A fresh account set with nothing but tasks."""
    for old in AccountSet.objects.filter(schema_name=SCHEMA):
        drop_account_set(account_set=old)
    create_account_set(schema_name=SCHEMA, name=SCHEMA)
    with as_owner(), in_account_set(SCHEMA), connection.cursor() as cursor:
        total = OPEN + DONE
        numbers = {
            "instances": max(total // 6, 1),
            "staff": STAFF,
            "groups": GROUPS,
            "open": OPEN,
            "total": total,
        }
        text = (HERE / "inbox.sql").read_text()
        for name, number in numbers.items():
            text = text.replace(f":{name}", str(number))
        for statement in text.split(";\n"):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")


def _users() -> list[int]:
    """The five busiest users, and every hundredth."""
    busiest = execute(BUSIEST)
    for user, number in busiest:
        say(f"user {user} has {number:,} open tasks")
    return [*(row[0] for row in busiest), *range(1, STAFF, 100)]


def _statement(user: int, cursor: str, now: datetime) -> Asked:
    """What the first page and the approval center ask: the tasks with all that is shown of them,
    without what is put off."""
    statement, parameters = inbox.page_statement(user, cursor=cursor, hide_snoozed_at=now)
    return inbox.with_tasks(statement), parameters


def _cursor(user: int, number: int, now: datetime) -> str:
    """Cursor of page `number`, or of the last one before it."""
    cursor = ""
    for _page in range(number - 1):
        following = inbox.page(user, cursor=cursor, hide_snoozed_at=now).next
        if not following:
            break
        cursor = following
    return cursor


def _in_database(statement: str, parameters: dict[str, object]) -> float:
    """What the server spends on it, its rows put into the form in which they travel included; a
    prepared statement is planned once a connection, which isn't counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, SERIALIZE TEXT, FORMAT JSON) {statement}",
            parameters,
        )
        ((plan,),) = cursor.fetchall()
    return float((plan if isinstance(plan, list) else json.loads(plan))[0]["Execution Time"])


def _called(statement: str, parameters: dict[str, object]) -> float:
    began = time.perf_counter()
    execute(statement, parameters)
    return (time.perf_counter() - began) * 1000


def _median(measure: Callable[[], float]) -> float:
    return statistics.median(measure() for _round in range(25))
