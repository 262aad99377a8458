"""Deciding many human tasks alike in one transaction, or finding out what that would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.cases import Task, lock_tasks
from engine.completion import Choice, decide
from engine.exceptions import Conflict, EngineError, NotFound
from engine.instances import Result, result
from engine.models import HumanTask
from engine.store import Case, Savepoint, Store
from engine.wake import wake


@dataclass(frozen=True, slots=True)
class After:
    """Where a step has led: whom the case asks next, where and until when; or how it ended.
    Neither: others decide the same step."""

    people: tuple[int, ...] = ()
    process: str = ""
    element: str = ""
    due_at: datetime | None = None
    end_event: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task of many: a result, or the error that kept it as it was. `busy`:
    somebody else held the case."""

    task: int
    result: Result | None = None
    error: EngineError | None = None
    after: After = After()
    busy: bool = False


def complete_many(
    tasks: Sequence[int],
    *,
    user: int,
    decision: str = "",
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    seen: Mapping[int, int] | None = None,
    batch: str = "",
    wait: bool = False,
    now: datetime | None = None,
) -> list[Outcome]:
    """Decide many tasks alike in one transaction, written by one call; an outcome for each, in the
    order of `tasks`.

    A task that fails stays open and says why; the others are decided. `seen`: task → the version
    that the user saw. Tasks that somebody else has locked are skipped (Conflict), unless it is to
    `wait`. At most one task of an instance: of several the first is decided, the others are
    Conflicts."""
    choice = Choice(decision, opinion, data)
    with transaction.atomic():
        many = _Many(Store(now or timezone.now(), wake), choice, user, seen or {}, batch)
        many.decide(tasks, wait=wait)
        many.save()
    return [many.outcomes.get(task) or _missing(task) for task in tasks]


def rehearse_many(
    tasks: Sequence[int],
    *,
    user: int,
    decision: str = "",
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    seen: Mapping[int, int] | None = None,
    now: datetime | None = None,
) -> list[Outcome]:
    """What `complete_many` would do, without doing it: every step is taken, one after the other,
    and then undone. Outcomes without a result; `after` says where each case would go."""
    choice = Choice(decision, opinion, data)
    with transaction.atomic():
        many = _Many(Store(now or timezone.now(), wake), choice, user, seen or {}, "")
        many.decide(tasks, wait=False)
        transaction.set_rollback(True)
    return [many.outcomes.get(task) or _missing(task) for task in tasks]


@dataclass(slots=True)
class _Many:
    """Tasks decided alike into one store."""

    store: Store
    choice: Choice
    user: int
    seen: Mapping[int, int]
    batch: str
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    done: dict[int, tuple[Case, int]] = field(default_factory=dict)  # task → how many it opened

    def decide(self, tasks: Sequence[int], *, wait: bool) -> None:
        met: set[int] = set()
        for case, row in lock_tasks(tasks, skip_locked=not wait):
            if case.id in met:
                self.outcomes[row.id] = Outcome(row.id, error=_busy(), busy=True)
                continue
            try:
                after = self._decide_in_savepoint(case, row)
            except EngineError as error:
                self.outcomes[row.id] = Outcome(row.id, error=error)
            else:
                self.outcomes[row.id] = Outcome(row.id, after=after)
                met.add(case.id)

    def save(self) -> None:
        made = iter(self.store.save())
        for task, (case, opened) in self.done.items():
            ids = [next(made) for _number in range(opened)]
            self.outcomes[task] = replace(self.outcomes[task], result=result(case, ids))

    def _decide_in_savepoint(self, case: Case, row: Task) -> After:
        """What a failing one wrote, in rows or tables, is undone."""
        store = self.store
        mark = store.mark()
        as_it_was = replace(case, card=dict(case.card))
        before = len(store.rows.get("opened", ()))
        savepoint = Savepoint()
        try:
            decide(
                case,
                row,
                store,
                self.choice,
                user=self.user,
                seen_version=self.seen.get(row.id),
                batch=self.batch,
                before_effects=savepoint.set,
            )
        except BaseException:
            mark.undo()
            case.restore(as_it_was)
            savepoint.roll_back()
            raise
        savepoint.release()
        opened = store.rows.get("opened", [])[before:]
        self.done[row.id] = case, len(opened)
        return _after(case, opened)


def _after(case: Case, opened: Sequence[Mapping[str, Any]]) -> After:
    if not opened:
        return After(end_event=case.end_event)
    people = {user for task in opened for user in task["audience"]}
    first = opened[0]
    return After(tuple(sorted(people)), first["process"], first["element"], first["due_at"])


def _busy() -> Conflict:
    return Conflict(_("Somebody is deciding this case at this moment."), by=None, at=None)


def _missing(task: int) -> Outcome:
    if HumanTask.objects.filter(pk=task).exists():
        return Outcome(task, error=_busy(), busy=True)
    return Outcome(task, error=NotFound(_("There is no task %(id)s.") % {"id": task}))
