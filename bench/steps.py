"""A durable step of the small approval against the same rows by hand; statements, bytes, the real
approval, batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.requests.services import submit_request
from bench.bare import BareApproval
from bench.report import Figure, median_of
from bench.setting import SCHEMA, People, bare_connection
from engine import instances, tasks
from engine.database import execute
from engine.models import HumanTask

ROUNDS, CASES = 15, 20  # interleaved, so that a drift of the machine meets both sides
AMOUNT = 200_000
# Milliseconds of the bare step, and of a thousand decisions by hand, on the machine for which the
# goals in milliseconds were set.
BARE_STEP, BARE_BATCH = 1.4, 1650.0
NEW_DOCUMENT = """
INSERT INTO bare.document (amount, state, version) VALUES (%s, 'submitted', 1) RETURNING id
"""
ENGINE_TABLES = """
SELECT sum(pg_total_relation_size(c.oid))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname LIKE %s
"""


def start(people: People, amount: int = AMOUNT) -> int:
    """Submit a small approval; the manager's task."""
    with transaction.atomic():
        ((document,),) = execute(NEW_DOCUMENT, [amount])
        key = f"bench.document:{document}"
        result = instances.start(
            "small_approval",
            business_key=key,
            starter=people.starter,
            variables={
                "document": key,
                "amount": amount,
                "manager_user": people.manager,
                "director_user": people.director,
                "initiator": people.starter,
            },
        )
    return result.opened[0]


def approve(people: People) -> None:
    """A whole case of three durable steps through the engine."""
    task = start(people)
    following = tasks.complete(task, user=people.manager, decision="approve")
    tasks.complete(following.opened[0], user=people.director, decision="approve")


def approve_bare(bare: BareApproval, people: People) -> None:
    """The same by hand."""
    following = bare.decide(bare.start(AMOUNT), people.manager)
    bare.decide(following or 0, people.director)


def measure_steps(people: People) -> Iterator[Figure]:
    """Milliseconds a durable step."""
    bare = BareApproval(bare_connection(), people.starter, people.manager, people.director)
    engine_times, bare_times = [], []
    for number in range(ROUNDS + 2):
        began = time.perf_counter()
        for _case in range(CASES):
            approve(people)
        middle = time.perf_counter()
        for _case in range(CASES):
            approve_bare(bare, people)
        ended = time.perf_counter()
        if number > 1:  # the first rounds fill caches
            engine_times.append((middle - began) / (3 * CASES))
            bare_times.append((ended - middle) / (3 * CASES))
    yield Figure("approval_step", median_of(engine_times), "ms", median_of(bare_times), 1.4, 1.0)
    yield measure_statements(people)
    yield measure_bytes(people, bare)


def measure_statements(people: People) -> Figure:
    """Statements of a completion, begin and commit included: Django counts them too."""
    task = start(people)
    with CaptureQueriesContext(connection) as captured:
        tasks.complete(task, user=people.manager, decision="approve")
    return Figure("statements_per_completion", len(captured), "statements", None, 10, 6)


def measure_bytes(people: People, bare: BareApproval, cases: int = 1000) -> Figure:
    """Bytes that a finished small approval takes, indexes included."""
    before, bare_before = _size(SCHEMA, "engine_%"), _size("bare", "%")
    for _case in range(cases):
        approve(people)
        approve_bare(bare, people)
    engine_bytes = (_size(SCHEMA, "engine_%") - before) / cases
    bare_bytes = (_size("bare", "%") - bare_before) / cases
    return Figure("bytes_per_instance", engine_bytes, "bytes", bare_bytes, 1.7, 1.3)


def _size(schema: str, pattern: str) -> int:
    ((size,),) = execute(ENGINE_TABLES, [schema, pattern])
    return int(size)


def measure_real_approval(people: People) -> Iterator[Figure]:
    """A decision in the general request: called parts, tally, timers. Beside it the bare step of
    the small approval."""
    bare = BareApproval(bare_connection(), people.starter, people.manager, people.director)
    times, bare_times = [], []
    for number in range(150):
        began = time.perf_counter()
        approve_bare(bare, people)
        if number > 10:
            bare_times.append((time.perf_counter() - began) / 3)
        result = submit_request(
            user=people.starter, subject="Chairs", amount=Decimal(150_000), text="Twelve"
        )
        while result.opened:
            task = HumanTask.objects.get(pk=result.opened[0])
            decider = task.assignee or task.pool.members.order_by("user").first().user
            began = time.perf_counter()
            result = tasks.complete(task.pk, user=decider, decision="approve")
            if number > 10:
                times.append(time.perf_counter() - began)
    bare_step = median_of(bare_times)
    yield Figure("real_decision", median_of(times), "ms", bare_step, 3, where=BARE_STEP)


def measure_batch(people: People) -> Iterator[Figure]:
    """A thousand completions in one engine call; the next person is asked, nothing takes effect.
    Beside it as many by hand, one by one."""
    bare = BareApproval(bare_connection(), people.starter, people.manager, people.director)
    times, bare_times = [], []
    for _round in range(3):
        waiting = [start(people) for _case in range(1000)]
        began = time.perf_counter()
        outcomes = tasks.complete_many(waiting, user=people.manager, decision="approve")
        times.append(time.perf_counter() - began)
        by_hand = [bare.start(AMOUNT) for _case in range(1000)]
        began = time.perf_counter()
        for task in by_hand:
            bare.decide(task, people.manager)
        bare_times.append(time.perf_counter() - began)
        if any(outcome.error for outcome in outcomes):
            raise RuntimeError(next(outcome.error for outcome in outcomes if outcome.error))
    yield Figure(
        "batch_1000", median_of(times), "ms", median_of(bare_times), 400, 80, where=BARE_BATCH
    )
