"""Drives one case through the engine's public doors and looks at it after every command.

Nothing is kept between commands but what is in the database: every command loads the state that the
one before has saved. Time is passed in; people are named by their user names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db.models import Sum
from django.utils import translation

from apps.core.inbox.wording import noted
from apps.people.demo import make_people
from apps.people.models import Department, Employee, RoleHolder, Substitute, User
from engine import definitions, inbox, instances, operations, outbox, tasks, worker
from engine import forms as task_forms
from engine.bpmn.references import find_references
from engine.instances import Result
from engine.models import (
    ActivityInstance,
    ActivityState,
    AudienceMember,
    Deployment,
    HumanTask,
    InboxCount,
    InstanceState,
    Job,
    JobKind,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    TaskState,
    TrailEntry,
)
from engine.pictures import picture, variables
from engine.trail import verify_instances
from tests.snapshots import Snapshot

# A Monday, 09:00 in Shanghai. Far ahead: what the engine itself dates by the clock is due by then.
MONDAY = datetime(2031, 3, 3, 1, tzinfo=UTC)
DRAFTS = Path(__file__).parent / "processes"


# --- what is deployed and registered --------------------------------------------------------------
def deploy(*keys: str, **replaced: str) -> None:
    """Deploy processes with all that they call and decide, from `processes/` and from the drafts.
    `replaced` puts a file of the variants in the place of a process or table."""
    if ProcessDefinition.objects.exists():
        _deploy(_files(keys, replaced))  # beside what the test has deployed before
    else:
        _deployment(keys, tuple(sorted(replaced.items()))).put()


def deploy_drawn(*documents: str) -> None:
    """Deploy diagrams that the test has drawn by itself."""
    _deploy({f"drawn{number}.bpmn": text.encode() for number, text in enumerate(documents)})


def _deploy(files: Mapping[str, bytes]) -> None:
    definitions.deploy(files, source=Deployment.Source.SHIPPED, now=MONDAY)


@cache
def _deployment(keys: tuple[str, ...], replaced: tuple[tuple[str, str], ...]) -> Snapshot:
    files = _files(keys, dict(replaced))
    return Snapshot(
        (Deployment, Resource, ProcessDefinition, ProcessDefinition.resources.through),
        lambda: _deploy(files),
    )


def _files(keys: Iterable[str], replaced: Mapping[str, str]) -> dict[str, bytes]:
    found = {**definitions.shipped_files(), **definitions.shipped_files(DRAFTS)}
    for variant in (DRAFTS / "variants").iterdir():
        del found[variant.name]
    for replacing, variant in replaced.items():
        name = next(name for name in found if name.rpartition(".")[0] == replacing)
        found[name] = (DRAFTS / "variants" / variant).read_bytes()
    references = {name: find_references(name, content) for name, content in found.items()}
    by_key = {reference.key: name for name, reference in references.items()}
    wanted, names = list(keys), set[str]()
    while wanted:
        name = by_key[wanted.pop()]
        if name not in names:
            names.add(name)
            wanted += references[name].needs
    return {name: found[name] for name in sorted(names)}


def _company() -> None:
    """The demo company with nobody away and nothing left to do for the worker."""
    make_people(now=MONDAY)
    Substitute.objects.all().delete()
    Job.objects.all().delete()


COMPANY = Snapshot((User, Department, Employee, RoleHolder), _company)


@pytest.fixture
def people(db: None) -> dict[str, int]:
    """User ids of the demo company by user name."""
    COMPANY.put()
    return dict(User.objects.values_list("username", "pk"))


@pytest.fixture
def registered() -> Iterator[Registered]:
    """Registers operations and forms for this test."""
    names = Registered()
    yield names
    names.remove()


class AnyForm:
    """Takes whatever is entered: for diagrams whose forms come with a later app."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: task_forms.FormTask,
    ) -> None:
        self.cleaned_data = dict(data or {})
        self.errors: dict[str, Any] = {}

    def is_valid(self) -> bool:
        return True


class Registered:
    """Operations and forms that exist for the length of a test."""

    def __init__(self) -> None:
        self._names: list[tuple[Any, str]] = []

    def operation(self, name: str, function: operations.Function, *parameters: str) -> None:
        """`parameters` are named where the function takes any."""
        if parameters:
            described = operations.Operation(name, function, frozenset(parameters), frozenset())
        else:
            described = operations.describe(name, function)
        operations.registry.add(name, described)
        self._names.append((operations.registry, name))

    def form(self, key: str, form: task_forms.TaskFormClass = AnyForm) -> None:
        task_forms.registry.add(key, form)
        self._names.append((task_forms.registry, key))

    def remove(self) -> None:
        for registry, name in self._names:
            registry.remove(name)


# --- the case -------------------------------------------------------------------------------------
class Case:
    """A process instance under test. Commands give the case itself, so that they can be chained."""

    def __init__(
        self,
        people: Mapping[str, int],
        process: str,
        /,
        *,
        by: str,
        business_key: str = "contracts.salescontract:17",
        now: datetime = MONDAY,
        card: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> None:
        self.people = people
        self.names = {user: name for name, user in people.items()}
        self.now = now
        self.last = instances.start(
            process,
            business_key=business_key,
            variables=given,
            starter=people[by],
            card=card,
            now=now,
        )
        self.id = self.last.instance
        self.check()

    # --- commands
    def decide(
        self,
        user: str,
        decision: str = "",
        *,
        element: str = "",
        opinion: str = "因为",
        **data: Any,
    ) -> Case:
        """Complete the one task of this case in the user's inbox (at `element`)."""
        task = self.task(user, element)
        self.last = tasks.complete(
            task.pk,
            user=self.people[user],
            decision=decision,
            opinion=opinion,
            data=data,
            seen_version=task.version,
            now=self.now,
        )
        return self.check()

    def did(self, result: Result | None = None) -> Case:
        """After a command that the test gave by itself."""
        self.last = result or self.last
        return self.check()

    def withdraw(self, user: str) -> Case:
        return self.did(instances.withdraw(self.id, user=self.people[user], now=self.now))

    def message(self, name: str, key: str, payload: Any = None) -> Case:
        return self.did(instances.correlate(name, key, payload=payload, now=self.now))

    def pass_time(self, **delta: float) -> Case:
        """Let time pass and the worker do what became due."""
        return self.until(self.now + timedelta(**delta))

    def until(self, moment: datetime) -> Case:
        self.now = moment
        worker.run_due_jobs(now=self.now)
        return self.check()

    # --- what can be seen
    def letters(self) -> list[EmailMessage]:
        """All mails that have left by now."""
        outbox.drain(now=self.now)
        return mail.outbox

    @property
    def row(self) -> ProcessInstance:
        return ProcessInstance.objects.select_related("definition").get(pk=self.id)

    @property
    def open(self) -> list[HumanTask]:
        """Open tasks, those that wait for their turn included."""
        return list(
            HumanTask.objects.filter(instance=self.id, state__lte=TaskState.WAITING).order_by("id")
        )

    def task(self, user: str, element: str = "") -> HumanTask:
        page = inbox.page(self.people[user], limit=1000)
        found = [t for t in page.tasks if t.instance_id == self.id and element in ("", t.element)]
        assert len(found) == 1, (user, element, self.who())
        return found[0]

    def who(self) -> list[str]:
        """For each task in an inbox the users it lies with, by name: "a" or "a|b"."""
        return sorted(
            "|".join(sorted(self.names[user] for user in _audience(task)))
            for task in self.open
            if task.state != TaskState.WAITING
        )

    def elements(self) -> list[str]:
        return sorted(task.element for task in self.open)

    def timers(self) -> dict[str, datetime]:
        jobs = Job.objects.filter(instance=self.id, kind=JobKind.TIMER)
        return dict(jobs.values_list("element", "due_at"))

    def subscriptions(self) -> list[str]:
        return sorted(self.row.subscriptions.values_list("element", flat=True))

    def variables(self) -> dict[str, Any]:
        return variables(self.row)

    def seen_by(self, user: str) -> dict[str, Any]:
        """Variables as the user's task sees them."""
        row, task = self.row, self.task(user)
        shown = picture(row.definition_id, row.definition.checksum, bytes(row.runtime or b""))
        return next(t.variables for t in shown.tasks if t.task_id == str(task.task_id))

    def trail(self, event: str) -> list[TrailEntry]:
        return list(TrailEntry.objects.filter(instance=self.id, event=event).order_by("seq"))

    def notes(self) -> list[str]:
        with translation.override("en"):
            return [noted(entry.data["text"], entry.data) for entry in self.trail("note")]

    def visits(self, element: str) -> list[str]:
        """States of the visits to an element, in their order."""
        found = ActivityInstance.objects.filter(instance=self.id, element=element).order_by("id")
        return [ActivityState(state).name for state in found.values_list("state", flat=True)]

    def ended(self, end_event: str, outcome: str | None = None) -> bool:
        row = self.row
        assert row.end_event == end_event, (row.end_event, self.elements())
        assert outcome in (None, row.outcome), row.outcome
        return row.state == InstanceState.COMPLETED

    # --- what must hold after every command
    def check(self) -> Case:
        check_instance(self.row)
        check_inboxes()
        assert not list(verify_instances())
        return self


def _audience(task: HumanTask) -> set[int]:
    return set(
        AudienceMember.objects.filter(audience=task.audience_id).values_list("user", flat=True)
    )


# --- invariants -----------------------------------------------------------------------------------
def check_instance(row: ProcessInstance) -> None:
    """The rows of an instance fit each other and its saved state."""
    open_tasks = [task for task in row.tasks.all() if task.state <= TaskState.WAITING]
    if row.state in (InstanceState.ACTIVE, InstanceState.SUSPENDED):
        _check_live(row, open_tasks)
        return
    assert row.runtime is None
    assert not open_tasks
    assert not row.jobs.exists()
    assert not row.subscriptions.exists()
    assert not row.activities.filter(ended_at=None).exists()
    assert row.ended_at is not None
    if row.state == InstanceState.COMPLETED:
        ends = row.activities.filter(element=row.end_event, state=ActivityState.COMPLETED)
        assert ends.exists(), row.end_event


def _check_live(row: ProcessInstance, open_tasks: list[HumanTask]) -> None:
    jobs, waiting = list(row.jobs.all()), list(row.subscriptions.all())
    assert open_tasks or jobs or waiting or row.incidents.filter(state=1).exists()
    for task in open_tasks:
        _check_task(task)
    shown = picture(row.definition_id, row.definition.checksum, bytes(row.runtime or b""))
    assert {t.task_id for t in shown.tasks} == {str(task.task_id) for task in open_tasks}
    due = {timer.task_id: timer.due_at for timer in shown.timers}
    timers = [job for job in jobs if job.kind == JobKind.TIMER]
    assert {str(job.task_id) for job in timers} == due.keys()
    for job in timers:  # one that has failed is tried again later than it was due
        assert job.due_at == due[str(job.task_id)] or job.error
    assert {(s.task_id, s.name, s.key) for s in shown.subscriptions} == {
        (str(s.task_id), s.name, s.key) for s in waiting
    }


def _check_task(task: HumanTask) -> None:
    people = _audience(task)
    if task.state == TaskState.WAITING:
        assert not people
        assert task.waits_for is not None
        assert task.waits_for.state <= TaskState.WAITING
        return
    assert people, f"{task} lies in nobody's inbox"
    assert {str(user) for user in people} <= task.assignment.keys() | {str(task.assignee)}
    assert (task.assignee is not None) == (task.state == TaskState.RESERVED)


def check_inboxes() -> None:
    """Counts are those of the rows, and what is counted is listed."""
    by_user: dict[int, set[int]] = {}
    by_audience: Counter[tuple[int, str]] = Counter()
    placed = HumanTask.objects.filter(audience__isnull=False)
    for task, audience, queue in placed.values_list("pk", "audience", "queue"):
        by_audience[audience, queue] += 1
        for user in AudienceMember.objects.filter(audience=audience).values_list("user", flat=True):
            by_user.setdefault(user, set()).add(task)
    sums = InboxCount.objects.values("audience", "queue").annotate(number=Sum("delta"))
    counted = {(row["audience"], row["queue"]): row["number"] for row in sums if row["number"]}
    assert counted == dict(by_audience)
    for user, open_tasks in by_user.items():
        assert inbox.counts(user).total == len(open_tasks)
        assert {task.pk for task in inbox.page(user, limit=1000).tasks} == open_tasks


def yuan(text: str | int) -> Decimal:
    return Decimal(text)
