"""Two workers share a batch; one of them loses its database in the middle of a chunk."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import OperationalError, connection

from engine import batches, tasks
from engine.models import Batch, BatchPhase, RowState
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import chain, end, process, service, start, user
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import race

CASES = 30


@pytest.fixture
def cases(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    monkeypatch.setattr(batches, "CHUNK", 4)
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    task = user(candidateGroups="service_manager", decisions="approve")
    content = start() + task + service("effect", "demo.effect") + end()
    deploy_drawn(process(content + chain("start", "task", "effect", "end")))
    return [
        Unchecked(world.people, "process", by="qiuzhiyuan", business_key=f"a.b:{number}")
        for number in range(CASES)
    ]


def confirmed(world: World, cases: list[Case]) -> Batch:
    seen: dict[int, int | None] = {task.pk: task.version for case in cases for task in case.open}
    head = world.people["yuchigang"]
    batch = batches.rehearse(seen, user=head, decision="approve", now=MONDAY)
    race(*2 * [partial(batches.run_pending, now=MONDAY)])
    assert batches.progress(batch.pk).passes == CASES
    return batches.confirm(batch.pk, user=head, now=MONDAY)


def test_two_workers_and_somebody_who_decides_one_of_them(world, cases):
    batch = confirmed(world, cases)
    own = partial(
        tasks.complete,
        cases[-1].open[0].pk,
        user=world.people["yuchigang"],
        decision="approve",
        now=MONDAY,
    )
    race(*2 * [partial(batches.run_pending, now=MONDAY)], own)
    batch.refresh_from_db()
    found = batches.progress(batch.pk)
    assert batch.phase == BatchPhase.DONE
    assert found.done + found.failed == CASES
    assert found.failed <= 1
    assert world.effects().total() == CASES
    world.check()


def test_a_worker_that_loses_its_database_leaves_a_chunk_that_others_take(
    world, cases, monkeypatch
):
    batch = confirmed(world, cases)
    write, calls = batches._write, []

    def cut_off(*arguments, **named):
        write(*arguments, **named)
        calls.append(1)
        if len(calls) == 3:  # everything of the chunk is written, nothing committed
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(batches, "_write", cut_off)
    with pytest.raises(OperationalError):
        batches.work_off(batch, now=MONDAY)
    connection.close()
    connection.set_schema("t_one")
    assert batches.progress(batch.pk).done == 8
    assert world.effects().total() == 8
    batches.run_pending(now=MONDAY)
    assert batch.rows.filter(state=RowState.DONE).count() == CASES
    world.check()
