"""What a person sees of a case and of a task: read only, for pages and API alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from apps.core.inbox import elements, wording
from apps.core.once import once
from engine import decisions, forms, pictures
from engine.models import AudienceMember, HumanTask, Job, JobKind, ProcessInstance, TaskState
from engine.prepared import Prepared

OPEN = (TaskState.READY, TaskState.RESERVED)
UNFINISHED = (*OPEN, TaskState.WAITING)


TIMERS = Prepared[Job](
    lambda instance: Job.objects.filter(instance=instance, kind=JobKind.TIMER).order_by("-due_at")
)


def _open_tasks(instance: int) -> QuerySet[HumanTask]:
    pools = AudienceMember.objects.filter(audience=OuterRef("pool")).order_by("user")
    others = HumanTask.objects.filter(instance=OuterRef("instance"), activity=OuterRef("activity"))
    return (
        HumanTask.objects.filter(instance=instance, state__in=UNFINISHED)
        .select_related("waits_for", "pool")
        .annotate(
            members=ArraySubquery(pools.values("user")),
            one_of_several=Exists(others.exclude(pk=OuterRef("pk"))),
        )
        .order_by("id")
    )


OPEN_TASKS = Prepared[HumanTask](_open_tasks)


@dataclass(frozen=True, slots=True)
class Offer:
    """A decision that a task offers."""

    code: str
    label: str
    needs_opinion: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whom a case waits for at one of its open tasks, since when, until when, and what then."""

    task: HumanTask
    step: str
    users: tuple[int, ...]
    people: tuple[str, ...]
    behind: str  # who has to decide first, where the task waits for its turn
    counted: str  # how the decisions of several count, and how far it is: “All, 1 of 3 agreed”
    timers: Mapping[tuple[str, str], str]  # of the case, asked for when they are shown

    @property
    def then(self) -> str:
        """What happens at the next timer, '' where nothing does."""
        return self.timers.get((self.task.process, self.task.element), "")

    @property
    def names(self) -> str:
        """The people as a list in words."""
        return _(", ").join(self.people) or _("nobody")


def offers(task: HumanTask, form: forms.TaskForm | None = None) -> tuple[Offer, ...]:
    """The decisions a task offers, in the order of the diagram; none: it is simply done.

    Left out is what its form can't do as things stand (`not_offered`)."""
    properties = elements.element_of(task).properties
    needed = _codes(properties.get("opinionRequired", ""))
    impossible = getattr(form, "not_offered", ())
    return tuple(
        Offer(code, decisions.label(code), code in needed)
        for code in _codes(properties.get("decisions", ""))
        if code not in impossible
    )


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]


def may_act(task: HumanTask, user: int) -> bool:
    """Whether the task lies in this person's inbox now."""
    if task.audience_id is None:
        return False
    if task.assignee is not None:  # who has it is the whole audience
        return task.assignee == user
    return user in _members([task.audience_id])[task.audience_id]


def task_form(
    task: HumanTask,
    user: int,
    *,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    decision: str = "",
) -> forms.TaskForm | None:
    """The form of an open task, empty or with what was typed; None where it has none."""
    key = elements.element_of(task).properties.get("formKey", "")
    if not key or task.state not in OPEN:
        return None
    about = forms.FormTask(
        task=task.pk,
        instance=task.instance_id,
        business_key=task.instance.business_key,
        process=task.process,
        element=task.element,
        user=user,
        decision=decision,
        variables=cast(Mapping[str, Any], SimpleLazyObject(lambda: _variables(task))),
    )
    return forms.form_class(key)(data, files, task=about)


def _variables(task: HumanTask) -> Mapping[str, Any]:
    instance = task.instance
    return pictures.task_variables(
        instance.definition_id,
        instance.definition.checksum,
        bytes(instance.runtime or b""),
        str(task.task_id),
    )


def why(task: HumanTask, user: int) -> str:
    """Why this person is asked; empty for somebody who isn't."""
    reason = task.assignment.get(str(user))
    if reason is None:
        return ""
    return wording.reason_text(reason, wording.names_of(wording.people_in_reason(reason)))


def open_tasks(instance: ProcessInstance) -> list[HumanTask]:
    """Tasks of a case that are not finished, the oldest first; who belongs to their pools is read
    along, and known from then on."""
    known, tasks = _known_members(), OPEN_TASKS(instance.pk)
    for task in tasks:
        task.instance = instance
        known.setdefault(task.pool_id, cast(Any, task).members)
    return tasks


def waiting(instance: ProcessInstance, tasks: Sequence[HumanTask] | None = None) -> list[Waiting]:
    """“Why is it waiting?”: an answer per open task (`tasks`, where they were read before). Four
    queries at most; one more where several are asked and the case was read without its state."""
    tasks = open_tasks(instance) if tasks is None else tasks
    people = asked(tasks)
    behind = {task.pk: _before(task.waits_for, people) for task in tasks if task.waits_for}
    everybody = {user for users in (*people.values(), *behind.values()) for user in users}
    names = wording.names_of(everybody)
    timers = cast(Mapping[Any, str], SimpleLazyObject(lambda: _next_timers(instance)))
    return [
        Waiting(
            task=task,
            step=elements.element_label(instance, task.process, task.element),
            users=tuple(people[task.pk]),
            people=tuple(names.get(user, _("somebody")) for user in people[task.pk]),
            behind=_(", ").join(names.get(user, "") for user in behind.get(task.pk, ())),
            counted=_counted(instance, task),
            timers=timers,
        )
        for task in tasks
    ]


def _counted(instance: ProcessInstance, task: HumanTask) -> str:
    """'' where nobody else is asked at this step."""
    if not cast(Any, task).one_of_several:
        return ""
    standing = picture_of(instance).standings.get(str(task.activity))
    return wording.counted(standing) if standing else ""


def picture_of(instance: ProcessInstance) -> pictures.Picture:
    """What a running case waits for, taken once a request."""
    return once(
        ("picture", instance.pk, instance.version),
        lambda: pictures.picture(
            instance.definition_id, instance.definition.checksum, bytes(instance.runtime or b"")
        ),
    )


def _before(task: HumanTask | None, people: Mapping[int, Sequence[int]]) -> Sequence[int]:
    return people.get(task.pk, ()) if task else ()


def asked(tasks: Iterable[HumanTask]) -> dict[int, tuple[int, ...]]:
    """Task → the people asked: whoever has it, or the pool."""
    found = list(tasks)
    members = _members({task.pool_id for task in found if task.assignee is None})
    return {
        task.pk: (task.assignee,)
        if task.assignee is not None
        else tuple(sorted(members.get(task.pool_id, ())))
        for task in found
    }


def _members(audiences: Iterable[int | None]) -> Mapping[int | None, Sequence[int]]:
    """Audience → who belongs to it, in one query; within a request, none is asked for twice: who
    belongs to an audience stays the same."""
    known = _known_members()
    if missing := {audience for audience in audiences if audience is not None} - known.keys():
        known |= {audience: [] for audience in missing}
        members = AudienceMember.objects.filter(audience__in=missing)
        for audience, user in members.values_list("audience_id", "user"):
            known[audience].append(user)
    return known


def _known_members() -> dict[int | None, list[int]]:
    return once("members of audiences", dict[int | None, list[int]])


def _next_timers(instance: ProcessInstance) -> dict[tuple[str, str], str]:
    """Step → what its next boundary timer does, in words."""
    found: dict[tuple[str, str], tuple[datetime, str]] = {}
    for job in TIMERS(instance.pk):
        timer = elements.find_element(instance, job.process, job.element)
        flow = (
            timer
            and timer.outgoing
            and elements.find_element(instance, job.process, timer.outgoing[0])
        )
        if not timer or not timer.attached_to or not flow:
            continue
        target = elements.element_label(instance, job.process, flow.target)
        found[job.process, timer.attached_to] = (job.due_at, target)
    return {
        place: _("%(when)s: %(what)s") % {"when": wording.moment(at), "what": what}
        for place, (at, what) in found.items()
    }


def people_waited_for(instances: Iterable[ProcessInstance]) -> dict[int, str]:
    """Case → names of the people asked now. Three queries, however many cases."""
    tasks = list(
        HumanTask.objects.filter(instance__in=list(instances), state__in=OPEN).order_by("id")
    )
    people = asked(tasks)
    names = wording.names_of(user for users in people.values() for user in users)
    found: dict[int, list[str]] = {}
    for task in tasks:
        found.setdefault(task.instance_id, []).extend(
            names.get(user, _("somebody")) for user in people[task.pk]
        )
    return {
        instance: _(", ").join(dict.fromkeys(people_of)) for instance, people_of in found.items()
    }
