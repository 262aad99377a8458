"""One act upon one locked instance: runs it and turns what happened into rows.

`Execution` is the host of `engine.spiff.advance`: operations are called where the token meets them,
in the transaction of the step, each in a savepoint where its diagram catches business errors
(elsewhere an error undoes the whole step).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engine import assignment, definitions, operations
from engine.acting import acting
from engine.candidates import add_candidates
from engine.copies import add_copies
from engine.database import unavailable
from engine.exceptions import BusinessError, EngineError, InvalidData, OperationFailed
from engine.models import ActivityState, InstanceState, JobKind, TaskState, TrailEvent
from engine.spiff import CompiledProcess, advance
from engine.spiff.types import Act, CallSite, OpenedTask, Step, Thrown, Timer, Variables, Visit
from engine.store import Case, Store
from engine.trail import plain

FAR = datetime.fromisoformat("9999-12-31T00:00:00+00:00")  # rank of a task that is never due
CARD = ("subject", "party", "amount")
NAME_LENGTH, KEY_LENGTH, QUEUE_LENGTH, TEXT_LENGTH = 100, 200, 30, 200
AMOUNT_LIMIT = Decimal(10) ** 14  # of the column

VISIT_STATES = {
    "active": ActivityState.ACTIVE,
    "completed": ActivityState.COMPLETED,
    "cancelled": ActivityState.CANCELLED,
    "failed": ActivityState.FAILED,
}


class Execution:
    """See the module.

    `decided` is handed to operations; `skipped` (by process and element) holds the results of
    service tasks that an administrator skips, each once. `before_effects` is called before every
    operation: the first moment at which the step writes to tables beside the engine's own.
    """

    def __init__(
        self,
        case: Case,
        store: Store,
        *,
        actor: int | None,
        decided: operations.Decided | None = None,
        skipped: Mapping[tuple[str, str], Any] | None = None,
        before_effects: Callable[[], None] = lambda: None,
    ) -> None:
        self.case = case
        self.store = store
        self.actor = actor
        self.decided = decided
        self.skipped = dict(skipped or {})
        self.candidates: defaultdict[str, list[assignment.Term]] = defaultdict(list)
        self.copies: set[int] = set()
        self.before_effects = before_effects
        self.process: CompiledProcess = definitions.compiled(case.definition, case.checksum)

    # --- the host ---------------------------------------------------------------------------------
    def now(self) -> datetime:
        return self.store.now

    def working(self, duration: str) -> datetime:
        return self.store.working(duration)

    def _after(self, duration: str | None) -> datetime | None:
        return None if duration is None else self.working(duration)

    def fires(self, timer: Timer) -> None:
        self.store.record(
            self.case,
            TrailEvent.TIMER_FIRED,
            actor=None,
            process=timer.process,
            element=timer.element,
            task=timer.task_id,
            data={"due_at": timer.due_at},
        )

    def call(self, operation: str, parameters: Mapping[str, Any], site: CallSite) -> Any:
        if (site.process, site.element) in self.skipped:
            return self.skipped.pop((site.process, site.element))
        found = operations.registry.get(operation)
        if found is None:
            raise OperationFailed(
                _("There is no operation “%(name)s”, which “%(element)s” calls.")
                % {"name": operation, "element": site.element},
                **_place(operation, site),
            )
        self.before_effects()
        context = operations.Context(
            instance=self.case.id,
            business_key=self.case.business_key,
            starter=self.case.starter,
            actor=self.actor,
            now=self.store.now,
            decided=self.decided,
            site=site,
            card=self.case.card,
            people=self.store.people,
        )
        try:
            with (
                acting(self.actor),
                transaction.atomic() if site.has_error_boundary else nullcontext(),
            ):
                result = found.function(context, **parameters)
        except BusinessError as error:
            if site.catches(error.code):
                raise
            raise self._failed(error, operation, site) from error
        except EngineError as error:
            for name, value in _place(operation, site).items():
                error.data.setdefault(name, value)
            raise
        except Exception as error:
            raise self._failed(error, operation, site) from error
        self._take_over(context)
        return result

    def _failed(self, error: Exception, operation: str, site: CallSite) -> OperationFailed:
        if unavailable(error):
            raise error  # no failure of the operation
        return OperationFailed(str(error) or type(error).__name__, **_place(operation, site))

    def _take_over(self, context: operations.Context) -> None:
        site = context.site
        for data in context.notes:
            self.store.record(
                self.case,
                TrailEvent.NOTE,
                actor=self.actor,
                process=site.process,
                element=site.element,
                data=data,
            )
        self.store.post(self.case, context.mails)
        for task_id, term in context.candidates:
            self.candidates[task_id].append(term)
        self.copies |= context.copies
        self._set_card(context.new_card)

    # --- the step ---------------------------------------------------------------------------------
    def run(self, act: Act, *, added_by: int | None = None) -> Step:
        """Take the step; the store then holds all its rows."""
        step = advance(self.process, self.case.runtime, act, self)
        self.case.runtime, self.case.new_runtime = step.state, True
        self.store.track(self.case)
        self._update_card(step.variables)
        self._visits(step)
        self._values(step)
        self._closed(step)
        for task in step.opened:
            self._open(task, added_by)
        add_candidates(self.case, self.store, self.candidates)
        add_copies(self.case, self.store, self.copies, by=None)
        self._timers(step)
        self._subscriptions(step)
        for message in step.thrown:
            self._throw(message)
        if step.ended:
            self._end(step)
        return step

    def _update_card(self, variables: Variables) -> None:
        """The card shows what the process says itself; where a document kind keeps the card,
        nothing of it is here."""
        self._set_card({name: variables[name] for name in CARD if variables.get(name) is not None})

    def _set_card(self, said: Mapping[str, Any]) -> None:
        for name, value in said.items():
            if plain(value) != self.case.card.get(name):
                self.case.card[name] = plain(value)
                self.case.new_card = True

    def _visits(self, step: Step) -> None:
        for visit in step.visits:
            if visit.began:
                self.store.add("visits", instance=self.case.id, **_visit(visit))
            else:
                self.store.add("left", task=visit.task_id, state=VISIT_STATES[visit.state])

    def _values(self, step: Step) -> None:
        said: dict[int, Any] = {}  # of values, which are passed on from scope to scope as they are
        for change in step.changes:
            _require_fit(change.name, NAME_LENGTH)
            if id(change.value) not in said:
                said[id(change.value)] = plain(change.value)
            self.store.add(
                "values",
                instance=self.case.id,
                scope=change.scope or None,
                process=change.process,
                element=change.element,
                name=change.name,
                value=said[id(change.value)],
            )

    def _closed(self, step: Step) -> None:
        decided = self.decided
        for closed in step.closed:
            completed = closed.state == "completed" and decided is not None
            if completed:
                state = TaskState.COMPLETED
            else:
                superseded = closed.state == "superseded"
                state = TaskState.SUPERSEDED if superseded else TaskState.CANCELLED
                self.store.record(
                    self.case,
                    TrailEvent.TASK_CANCELLED,
                    actor=None,
                    task=closed.task_id,
                    data={"superseded": superseded},
                )
            self.store.add(
                "closed",
                task=closed.task_id,
                state=state,
                decided_by=decided.user if completed and decided else None,
                decision=decided.code if completed and decided else "",
            )

    def _open(self, task: OpenedTask, added_by: int | None) -> None:
        properties = self.process.element(task.process, task.element).properties
        category = properties.get("category", "work")
        initiator = _user(task.variables.get("initiator"), self.case.starter)
        rule = assignment.make_rule(
            assignee=task.assignee,
            candidates=task.candidates,
            groups=task.groups,
            item=task.item,
            initiator=initiator,
            excluded=(initiator,) if category == "approval" and initiator is not None else (),
        )
        found = assignment.resolve(rule, people=self.store.people)
        due_at = self._after(properties.get("dueIn"))
        queue = properties.get("queue") or self._queue(category)
        self.store.add(
            "opened",
            instance=self.case.id,
            task=task.task_id,
            activity=task.activity,
            process=task.process,
            element=task.element,
            state=TaskState.RESERVED if found.assignee is not None else TaskState.READY,
            queue=queue[:QUEUE_LENGTH],
            priority=int(properties.get("priority", 50)),
            audience=found.audience,
            pool=found.pool,
            assignee=found.assignee,
            added_by=added_by,
            waits_for=None,
            rule=plain(rule),
            assignment=plain(found.reasons),
            due_at=due_at,
            follow_up_at=self._after(properties.get("followUpIn")),
            rank_at=due_at or FAR,
            subject=str(self.case.card.get("subject", ""))[:TEXT_LENGTH],
            party=str(self.case.card.get("party", ""))[:TEXT_LENGTH],
            amount=_amount(self.case.card.get("amount")),
            initiator=initiator,
        )
        self.store.record(
            self.case,
            TrailEvent.TASK_CREATED,
            actor=added_by,
            process=task.process,
            element=task.element,
            task=task.task_id,
            data={"asked": found.reasons},
        )

    def _queue(self, category: str) -> str:
        return str(self.case.card.get("queue", "other")) if category == "approval" else category

    def _timers(self, step: Step) -> None:
        for task_id in step.timers_gone:
            self.store.add("timers_gone", instance=self.case.id, task=task_id)
        for timer in step.timers:
            self.store.add(
                "timers",
                instance=self.case.id,
                task=timer.task_id,
                process=timer.process,
                element=timer.element,
                due_at=timer.due_at,
            )

    def _subscriptions(self, step: Step) -> None:
        for task_id in step.subscriptions_gone:
            self.store.add("subscriptions_gone", instance=self.case.id, task=task_id)
        for waiting in step.subscriptions:
            _require_fit(waiting.key, KEY_LENGTH)
            self.store.add(
                "subscriptions",
                instance=self.case.id,
                task=waiting.task_id,
                process=waiting.process,
                element=waiting.element,
                name=waiting.name,
                key=waiting.key,
            )

    def _throw(self, message: Thrown) -> None:
        self.store.later(
            JobKind.MESSAGE,
            instance=None,
            payload={
                "name": message.name,
                "key": message.key,
                "payload": message.payload,
                "optional": message.optional,
                "from": self.case.id,
            },
            process=message.process,
            element=message.element,
        )

    def _end(self, step: Step) -> None:
        self.case.state = InstanceState.COMPLETED
        self.case.end_event = step.end_events[-1]
        self.case.outcome = str(step.variables.get("outcome") or "")[:100]
        self.store.record(
            self.case,
            TrailEvent.COMPLETED,
            actor=self.actor,
            process=self.process.key,
            element=self.case.end_event,
            data={"outcome": self.case.outcome},
        )


def _visit(visit: Visit) -> dict[str, Any]:
    return {
        "task": visit.task_id,
        "scope": visit.scope or None,
        "process": visit.process,
        "element": visit.element,
        "flow": visit.flow,
        "state": VISIT_STATES[visit.state],
    }


def _require_fit(name: str, length: int) -> None:
    """Raises InvalidData for the name of a variable, or a correlation key, that has no room."""
    if len(name) > length or "\x00" in name:
        message = _("“%(name)s” is no name: at most %(length)s characters that can be written.")
        raise InvalidData(message % {"name": name[:30].replace("\x00", ""), "length": length})


def _amount(value: Any) -> str | None:
    """An amount that the inbox can sort by; None for what a diagram calls amount and is none."""
    try:
        amount = round(Decimal(str(value)), 2)
        return str(amount) if abs(amount) < AMOUNT_LIMIT else None
    except InvalidOperation:
        return None


def _user(value: Any, default: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _place(operation: str, site: CallSite) -> dict[str, Any]:
    """What an error of an operation tells of where it happened."""
    return {
        "operation": operation,
        "process": site.process,
        "element": site.element,
        "task_id": site.task_id,
    }
