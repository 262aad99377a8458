"""Collects what steps write and sends it in one call of the database function `engine_store`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Protocol

import orjson
from django.db import connection, transaction

from engine.database import execute
from engine.models import InstanceState, JobKind, TrailEvent
from engine.organisation import Answers
from engine.spiff.types import Variables
from engine.trail import digest, plain
from engine.working_time import WORKING_DAY, calendar, parse_duration

STORE = "SELECT engine_store(%s::jsonb, %s::bytea[])"


class Letter(Protocol):
    """Something that the outbox can send."""

    def row(self) -> dict[str, Any]:
        """Its message id, kind and payload."""


@dataclass(slots=True)
class Case:
    """A locked instance, as it was read and as it will be written."""

    id: int
    definition: int
    checksum: str  # of the definition
    business_key: str
    state: InstanceState
    starter: int | None
    card: Variables
    runtime: bytes | None
    version: int
    trail_length: int
    trail_head: bytes
    end_event: str = ""
    outcome: str = ""
    new_runtime: bool = False
    new_card: bool = False

    @property
    def live(self) -> bool:
        return self.state in (InstanceState.ACTIVE, InstanceState.SUSPENDED)

    def restore(self, before: Case) -> None:
        """Be again what it was before a step that failed."""
        for each in fields(self):
            setattr(self, each.name, getattr(before, each.name))


@dataclass(slots=True)
class Store:
    """The rows of one transaction. `wake` is called after commit if they hold work for the
    workers."""

    now: datetime
    wake: Callable[[], None]
    rows: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[int, Case] = field(default_factory=dict)
    after: dict[str, datetime] = field(default_factory=dict)  # durations worked out
    people: Answers = field(init=False)

    def __post_init__(self) -> None:
        self.people = Answers(self.now)

    def working(self, duration: str) -> datetime:
        """Now plus an ISO 8601 duration of working time."""
        if duration not in self.after:
            work = parse_duration(duration, day=WORKING_DAY)
            self.after[duration] = calendar().add(self.now, work)
        return self.after[duration]

    def add(self, kind: str, /, **row: Any) -> None:
        """One row; the kinds and their columns are those of engine/sql/store.sql."""
        self.rows[kind].append(row)

    def track(self, case: Case) -> Case:
        """The instance row will be written."""
        return self.cases.setdefault(case.id, case)

    def record(
        self,
        case: Case,
        event: TrailEvent,
        *,
        actor: int | None,
        process: str = "",
        element: str = "",
        task: str | None = None,
        data: Variables | None = None,
    ) -> None:
        """Add an entry to the trail of `case`, chained to the one before."""
        said = plain(data or {})
        case.trail_length += 1
        case.trail_head = digest(
            case.trail_head,
            instance=case.id,
            seq=case.trail_length,
            at=self.now,
            actor=actor,
            event=event.value,
            process=process,
            element=element,
            task=task,
            data=said,
        )
        self.add(
            "trail",
            instance=case.id,
            seq=case.trail_length,
            actor=actor,
            event=event.value,
            process=process,
            element=element,
            task=task,
            data=said,
            hash=case.trail_head.hex(),
        )
        self.track(case)

    def later(
        self, kind: JobKind, *, instance: int | None, payload: Variables, **where: str
    ) -> None:
        """A job of this transaction, done by a worker in one of its own."""
        row = {"process": "", "element": "", **where}
        self.add("jobs", kind=kind.value, instance=instance, payload=plain(payload), **row)

    def post(self, case: Case, mails: Iterable[Letter]) -> None:
        """Send mails of `case` when the transaction has been committed. One that can't be sent
        becomes an incident of the case."""
        for mail in mails:
            row = mail.row()
            self.add("outbox", **{**row, "payload": {**row["payload"], "case": case.id}})

    def mark(self) -> Mark:
        """Where the rows stand now; see `Mark.undo`."""
        return Mark(self, {kind: len(rows) for kind, rows in self.rows.items()}, set(self.cases))

    def save(self) -> list[int]:
        """Write everything; ids of the human tasks made, in the order of their rows."""
        runtimes = [case.runtime if case.new_runtime else None for case in self.cases.values()]
        for case in self.cases.values():
            self._add_instance(case)
        if not self.rows:
            return []
        self.rows["now"] = self.now  # type: ignore[assignment]
        (row,) = execute(STORE, [orjson.dumps(self.rows).decode(), runtimes])
        if "jobs" in self.rows or "outbox" in self.rows:
            transaction.on_commit(self.wake)
        return list(row[0])

    def _add_instance(self, case: Case) -> None:
        self.add(
            "instances",
            id=case.id,
            state=int(case.state),
            card=case.card if case.new_card else None,
            end_event=case.end_event,
            outcome=case.outcome,
            trail_length=case.trail_length,
            trail_head=case.trail_head.hex(),
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in a store to go back to when one of many steps fails."""

    store: Store
    lengths: dict[str, int]
    cases: set[int]

    def undo(self) -> None:
        """Forget the rows added since, and the instances first met since."""
        for kind in list(self.store.rows):
            del self.store.rows[kind][self.lengths.get(kind, 0) :]
            if not self.store.rows[kind]:
                del self.store.rows[kind]
        for instance in set(self.store.cases) - self.cases:
            del self.store.cases[instance]


class Savepoint:
    """A savepoint that is set when it is needed first: a step without effects needs none.

    Django knows of it, so that what was to happen after the commit is forgotten when it is rolled
    back. Set and ended in turn with the blocks of `transaction.atomic` around and within it.
    """

    def __init__(self) -> None:
        self._name: str | None = None

    def set(self) -> None:
        if self._name is None:
            self._name = transaction.savepoint()
            connection.savepoint_ids.append(self._name)

    def roll_back(self) -> None:
        if self._name is not None:
            transaction.savepoint_rollback(self._name)
            connection.savepoint_ids.remove(self._name)

    def release(self) -> None:
        if self._name is not None:
            transaction.savepoint_commit(self._name)
            connection.savepoint_ids.remove(self._name)
