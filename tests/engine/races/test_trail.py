"""The trail only grows, and what was done to it by force is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from psycopg import errors

from apps.accountsets.ownership import as_owner
from config.services.processes import wait_until
from engine import housekeeping, instances
from engine.checkpoints import verify_checkpoints
from engine.models import ProcessInstance, TrailCheckpoint, TrailEntry, TrailEvent
from engine.store import Store
from engine.trail import digest, verify_instances
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import SECONDS, race

TABLES = ("engine_trailentry", "engine_trailcheckpoint")
CHANGES = ("UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}")


@pytest.fixture
def case(world: World) -> Case:
    deploy_drawn(line_of(user(assignee="me", candidateGroups=None)))
    return another(world, 0)


def another(world: World, number: int) -> Case:
    me, key = world.people["chenhai"], f"demo:{number}"
    return Unchecked(world.people, "process", by="qiuzhiyuan", business_key=key, me=me)


def sign() -> None:
    """A checkpoint over all there is, as soon as every transaction of the server has ended."""

    def all_signed() -> bool:
        housekeeping.run()
        covered = TrailCheckpoint.objects.aggregate(sum=Sum("entries"))["sum"] or 0
        return covered == TrailEntry.objects.count()

    assert wait_until(all_signed, SECONDS)


def by_force(statement: str, *parameters: object) -> None:
    """As the owner of the tables, with their triggers off."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found() -> list[tuple[int, int, str]]:
    return [(broken.instance, broken.seq, broken.reason) for broken in verify_instances()]


def forged() -> list[tuple[int, str]]:
    return [(wrong.checkpoint, wrong.reason) for wrong in verify_checkpoints()]


# --- refused --------------------------------------------------------------------------------------
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_it(case, table, change):
    sign()
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute(change.format(table))
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)
    refusal = pytest.raises(DatabaseError, match="never changed")
    with as_owner(), refusal, connection.cursor() as cursor:
        cursor.execute(change.format(table))
    assert (found(), forged()) == ([], [])


# --- found ----------------------------------------------------------------------------------------
def test_a_changed_entry_is_named(world, case):
    sign()
    another(world, 1)
    by_force("UPDATE engine_trailentry SET actor = 99 WHERE instance_id = %s AND seq = 2", case.id)
    assert found() == [(case.id, 2, "changed")]
    with pytest.raises(CommandError):
        call_command("verify_trail", "t_one")
    call_command("verify_trail", "t_two")


def test_a_missing_entry_is_named(case):
    last = case.row.trail_length
    case.decide("chenhai", "approve")
    by_force("DELETE FROM engine_trailentry WHERE instance_id = %s AND seq = %s", case.id, last)
    assert found() == [(case.id, last, "missing")]


def test_cut_off_entries_are_missed(case):
    last = case.row.trail_length
    by_force("DELETE FROM engine_trailentry WHERE instance_id = %s AND seq = %s", case.id, last)
    assert found() == [(case.id, last, "missing")]


def test_cut_off_entries_are_missed_by_the_checkpoint_where_the_case_was_mended(case):
    sign()
    entry = TrailEntry.objects.get(instance=case.id, seq=case.row.trail_length)
    before = TrailEntry.objects.get(instance=case.id, seq=entry.seq - 1)
    by_force("DELETE FROM engine_trailentry WHERE id = %s", entry.pk)
    ProcessInstance.objects.filter(pk=case.id).update(
        trail_length=before.seq, trail_head=before.hash
    )
    assert found() == []
    assert [reason for _checkpoint, reason in forged()] == ["entries"]


def test_a_chain_that_was_forged_to_its_end_differs_from_its_checkpoint(case):
    sign()
    entry = TrailEntry.objects.get(instance=case.id, seq=case.row.trail_length)
    before = TrailEntry.objects.get(instance=case.id, seq=entry.seq - 1)
    new = digest(
        bytes(before.hash),
        instance=case.id,
        seq=entry.seq,
        at=entry.at,
        actor=99,
        event=entry.event,
        process=entry.process,
        element=entry.element,
        task=str(entry.task_id),
        data=entry.data,
    )
    by_force("UPDATE engine_trailentry SET actor = 99, hash = %s WHERE id = %s", new, entry.pk)
    ProcessInstance.objects.filter(pk=case.id).update(trail_head=new)
    assert found() == []
    assert [reason for _checkpoint, reason in forged()] == ["entries"]


@pytest.mark.parametrize(
    "forgery", ["entries = entries - 1", "digest = sha256('x')", "signature = sha256('x')"]
)
def test_a_forged_checkpoint_is_found(case, forgery):
    sign()
    newest = TrailCheckpoint.objects.latest("id").pk
    by_force(f"UPDATE engine_trailcheckpoint SET {forgery} WHERE id = %s", newest)
    assert forged() == [(newest, "signature")]


def test_a_removed_checkpoint_is_missed_by_the_next(world, case):
    sign()
    first = TrailCheckpoint.objects.latest("id").pk
    another(world, 1)
    sign()
    by_force("DELETE FROM engine_trailcheckpoint WHERE id = %s", first)
    assert [reason for _checkpoint, reason in forged()] == ["signature"]


# --- while others write ---------------------------------------------------------------------------
@pytest.fixture
def slow_writer(case: Case) -> Iterator[threading.Event]:
    """Somebody whose transaction has written to the trail and stays open until the event is set."""
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        connection.set_schema("t_one")
        with transaction.atomic():
            instances.suspend(case.id, by=None, reason="wait", now=MONDAY)
            written.set()
            go_on.wait(SECONDS)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(SECONDS)
    yield go_on
    go_on.set()
    thread.join(SECONDS)


def test_a_checkpoint_leaves_open_transactions_to_the_next(world, case, slow_writer):
    before = TrailEntry.objects.count()
    another(world, 1)  # closed, but younger than the one that is open
    housekeeping.run()
    covered = TrailCheckpoint.objects.aggregate(sum=Sum("entries"))["sum"] or 0
    assert covered <= before
    assert forged() == []
    slow_writer.set()
    assert wait_until(lambda: case.trail(TrailEvent.SUSPENDED) != [], SECONDS)
    sign()
    assert (found(), forged()) == ([], [])


def test_checkpoints_are_made_while_many_write(world, case):
    cases = [case, *(another(world, number) for number in range(1, 8))]

    def write(one: Case) -> None:
        for _turn in range(5):
            instances.suspend(one.id, by=None, reason="", now=MONDAY)
            instances.resume(one.id, by=None, now=MONDAY)

    def check() -> None:
        for _turn in range(5):
            housekeeping.run()
            assert forged() == []

    race(*[lambda one=one: write(one) for one in cases], check, check)
    sign()
    assert (found(), forged()) == ([], [])
    world.check()


def test_what_is_written_twice_under_one_number_is_refused(case):
    """Whoever wrote without the lock of the instance would fork the chain."""
    store = Store(MONDAY, lambda: None)
    stale = ProcessInstance.objects.get(pk=case.id)
    instances.suspend(case.id, by=None, reason="", now=MONDAY)
    store.add(
        "trail",
        instance=case.id,
        seq=stale.trail_length + 1,
        actor=None,
        event="note",
        process="",
        element="",
        task=None,
        data={},
        hash="00",
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        store.save()
    assert found() == []
