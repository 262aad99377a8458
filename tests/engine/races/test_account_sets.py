"""Two account sets with equal ids: the work of one never touches the other. And the sweep, which
reaches every set, whatever is broken in another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.core import mail
from django.db import connection
from django.utils import timezone

from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from apps.people.demo import make_people
from apps.people.models import User
from config.celery import app
from config.jobs import in_every_account_set
from engine import inbox, instances, outbox, tasks, worker
from engine.models import HumanTask, Job, OutboxMessage, ProcessInstance, TaskState
from engine.operations import Context
from engine.outbox import Mail
from tests.casework import deploy_drawn
from tests.engine.bpmn.diagrams import (
    boundary,
    chain,
    element,
    end,
    process,
    service,
    start,
    timer,
    user,
)
from tests.engine.races.conftest import SETS, World

SWEEP = ("engine.work", 30)
ME = "chenhai"
YESTERDAY = timezone.now() - timedelta(days=1)


@pytest.fixture
def twins(world: World, registered) -> dict[str, ProcessInstance]:
    """In each set the same case: a task, and a timer long due that has an effect and mails."""

    def tell(context: Context) -> None:
        context.mail(Mail(context.key, ("someone@example.com",), "完成", ""))

    registered.operation("demo.tell", tell)
    content = start() + user(candidates="me", candidateGroups=None) + end()
    content += boundary("late", "task", timer("calendar('PT1H')"), interrupts=False)
    content += service("effect", "demo.effect") + service("tell", "demo.tell")
    content += element("endEvent", "told") + chain("start", "task", "end")
    content += chain("late", "effect", "tell", "told")
    with in_account_set("t_two"):
        make_people(now=YESTERDAY)
        Job.objects.all().delete()
        assert User.objects.get(username=ME).pk == world.people[ME]
    found = {}
    for schema in SETS:
        with in_account_set(schema):
            deploy_drawn(process(content))
            begun = instances.start(
                "process",
                business_key="demo:1",
                variables={"me": world.people[ME]},
                starter=None,
                now=YESTERDAY,
            )
            found[schema] = ProcessInstance.objects.get(pk=begun.instance)
    one, two = found.values()
    assert one.pk == two.pk
    return found


def effects(schema: str) -> list[int]:
    with in_account_set(schema), connection.cursor() as cursor:
        cursor.execute("SELECT instance FROM effect")
        return [instance for (instance,) in cursor.fetchall()]


def left(schema: str) -> tuple[int, int]:
    """Jobs and mails that are still to be done there."""
    with in_account_set(schema):
        return Job.objects.count(), OutboxMessage.objects.filter(sent_at=None).count()


def test_jobs_and_mails_of_one_set_leave_those_of_the_other_alone(twins):
    assert worker.run_due_jobs() == 1
    assert (left("t_one"), left("t_two")) == ((0, 1), (1, 0))
    assert (effects("t_one"), effects("t_two")) == ([twins["t_one"].pk], [])
    with in_account_set("t_two"):
        assert outbox.drain() == 0
        assert worker.run_due_jobs() == 1
    assert outbox.drain() == 1
    assert (left("t_one"), left("t_two")) == ((0, 0), (0, 1))
    assert len(mail.outbox) == 1


def test_deciding_a_task_leaves_its_twin_open(world, twins):
    task, me = HumanTask.objects.get(), world.people[ME]
    tasks.complete(task.pk, user=me, decision="approve")
    assert HumanTask.objects.get().state == TaskState.COMPLETED
    with in_account_set("t_two"):
        twin = HumanTask.objects.get(pk=task.pk)
        assert (twin.state, inbox.counts(me).total) == (TaskState.READY, 1)
        assert ProcessInstance.objects.get(pk=twin.instance_id).version == twins["t_two"].version
        assert tasks.complete(twin.pk, user=me, decision="reject").end_event == "end"


# --- the sweep ------------------------------------------------------------------------------------
@pytest.fixture
def at_once() -> Iterator[None]:
    """Messages are done where they are sent; an error in one stays its own, as in a worker."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


def test_the_sweep_is_sent_twice_a_minute():
    entries = [e for e in app.conf.beat_schedule.values() if e.get("args", ("",))[0] == SWEEP[0]]
    assert [entry["schedule"] <= 30 for entry in entries] == [True]
    assert entries[0]["task"] == in_every_account_set.name


def test_the_sweep_makes_up_for_lost_messages_in_every_set(twins, at_once):
    """Nobody has told a worker of these jobs."""
    with in_account_set("public"):
        in_every_account_set(*SWEEP)
    assert [left(schema) for schema in SETS] == [(0, 0), (0, 0)]
    assert [effects(schema) for schema in SETS] == [[case.pk] for case in twins.values()]


@pytest.mark.parametrize(("broken", "whole"), [SETS, SETS[::-1]])
def test_a_broken_set_stops_no_other(twins, at_once, broken, whole):
    with in_account_set(broken), as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engine_job RENAME TO engine_job_gone")
    with in_account_set("public"):
        in_every_account_set(*SWEEP)
    assert left(whole) == (0, 0)
    assert (effects(broken), effects(whole)) == ([], [twins[whole].pk])


def test_a_mail_that_can_never_be_sent_stops_no_other(twins):
    for number, subject in enumerate(("完成\n伪造: 头", "完成")):
        row = Mail(f"demo:{number}", ("someone@example.com",), subject, "").row()
        OutboxMessage.objects.create(**row, created_at=YESTERDAY, due_at=YESTERDAY)
    outbox.drain()
    assert [sent.subject for sent in mail.outbox] == ["完成"]
    kept = OutboxMessage.objects.get(sent_at=None)
    assert "newline" in kept.error
    assert kept.due_at > kept.created_at
