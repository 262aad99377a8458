"""Who may see which case. One door for pages and API: `visible_instances`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.deploying import DEPLOY, SUBJECT
from apps.core.operating import CASES, OPERATE
from engine.exceptions import NotFound
from engine.instances import WITHDRAW
from engine.models import AudienceMember, EventSubscription, HumanTask, ProcessInstance, TrailEntry
from engine.prepared import Prepared


@dataclass(frozen=True)
class Viewer:
    """Who looks. Rights are read when they are first asked for."""

    id: int

    @cached_property
    def rights(self) -> Rights:
        return rights_of(self.id)

    @property
    def roles(self) -> frozenset[str]:
        return self.rights.roles

    @property
    def sees_all(self) -> bool:
        """Whether every case is open to this person."""
        return self.rights.may(CASES, Action.VIEW)

    @property
    def operates(self) -> bool:
        """Whether this person may steer cases."""
        return self.rights.may(CASES, OPERATE)

    @property
    def deploys(self) -> bool:
        """Whether this person may bring diagrams in, and stop what they start."""
        return self.rights.may(SUBJECT, DEPLOY)


def _light() -> QuerySet[ProcessInstance]:
    return ProcessInstance.objects.select_related("definition").defer(
        "runtime", "definition__compiled"
    )


def visible_instances(viewer: Viewer) -> QuerySet[ProcessInstance]:
    """Cases that this person may see: their own, those they are or were asked about or acted upon;
    all of them for whoever looks after cases. Without the stored state."""
    return _light() if viewer.sees_all else _visible_to(viewer.id)


def _visible_to(user: int) -> QuerySet[ProcessInstance]:
    return _light().filter(Q(starter=user) | Exists(_tasks_of(user)) | Exists(_acts_of(user)))


def _tasks_of(user: int) -> QuerySet[HumanTask]:
    mine = Subquery(AudienceMember.objects.filter(user=user).values("audience_id"))
    return HumanTask.objects.filter(instance=OuterRef("pk")).filter(
        Q(assignee=user)
        | Q(owner=user)
        | Q(decided_by=user)
        | Q(pool_id__in=mine)
        | Q(audience_id__in=mine)
    )


def _acts_of(user: int) -> QuerySet[TrailEntry]:
    """Who handed a task on is no longer named by it, but by the trail."""
    return TrailEntry.objects.filter(Q(actor=user) | Q(data__to=user), instance=OuterRef("pk"))


def listed_instances(viewer: Viewer) -> QuerySet[ProcessInstance]:
    """What lists offer of the visible cases: those a person submitted, decided, or is asked about
    now; all of them for whoever looks after cases.

    Each is found by an index, so that a page costs the same among millions of cases; the others
    that this person may see have their addresses."""
    if viewer.sees_all:
        return _light()
    mine = AudienceMember.objects.filter(user=viewer.id).values("audience_id")
    asked = HumanTask.objects.filter(audience_id__in=mine)
    decided = HumanTask.objects.filter(decided_by=viewer.id)
    started = ProcessInstance.objects.filter(starter=viewer.id).values("pk")
    return _light().filter(
        pk__in=started.union(asked.values("instance_id"), decided.values("instance_id"))
    )


def find_instance(viewer: Viewer, instance: int, *, state: bool = False) -> ProcessInstance:
    """The case, with `state` all that is stored of it; `withdrawable` says whether its process
    waits for a withdrawal. Raises NotFound where there is none that this person may see."""
    if viewer.sees_all:
        found = INSTANCE[state].first(instance)
    else:
        found = VISIBLE_INSTANCE[state].first(viewer.id, instance)
    if found is None:
        raise NotFound(_("There is no process instance %(id)s.") % {"id": instance})
    return found


def visible_tasks(viewer: Viewer, tasks: Collection[int]) -> frozenset[int]:
    """Those of `tasks` whose case this person may see."""
    asked = _pks(
        HumanTask.objects.filter(pk__in=tasks, audience__members__user=viewer.id)
    )  # as a rule all of them
    others = set(tasks) - asked
    if not others:
        return asked
    seen = HumanTask.objects.filter(pk__in=others, instance__in=visible_instances(viewer))
    return asked | _pks(seen)


def _pks(tasks: QuerySet[HumanTask]) -> frozenset[int]:
    return frozenset(tasks.values_list("pk", flat=True))


def find_task(viewer: Viewer, task: int, *, state: bool = False) -> HumanTask:
    """The human task with its case, and with `state` all that is stored of that; raises NotFound
    where this person may not see the case."""
    if viewer.sees_all:
        found = TASK[state].first(task)
    else:
        found = VISIBLE_TASK[state].first(viewer.id, task)
    if found is None:
        raise no_task(task)
    return found


def _case(cases: QuerySet[ProcessInstance], instance: int, state: bool) -> QuerySet[Any]:
    waiting = EventSubscription.objects.filter(instance=OuterRef("pk"), name=WITHDRAW)
    found = cases.filter(pk=instance).annotate(withdrawable=Exists(waiting))
    return found.defer(None).defer("definition__compiled") if state else found


def _task(task: int, state: bool) -> QuerySet[HumanTask]:
    left = ["instance__definition__compiled", *([] if state else ["instance__runtime"])]
    tasks = HumanTask.objects.select_related("pool", "instance__definition").defer(*left)
    return tasks.filter(pk=task)


STORED = (False, True)  # without and with the state that is stored
INSTANCE = {
    state: Prepared[ProcessInstance](lambda pk, state=state: _case(_light(), pk, state))
    for state in STORED
}
VISIBLE_INSTANCE = {
    state: Prepared[ProcessInstance](
        lambda user, pk, state=state: _case(_visible_to(user), pk, state)
    )
    for state in STORED
}
TASK = {state: Prepared[HumanTask](lambda pk, state=state: _task(pk, state)) for state in STORED}
VISIBLE_TASK = {
    state: Prepared[HumanTask](
        lambda user, pk, state=state: _task(pk, state).filter(
            instance__in=_visible_to(user).values("pk")
        )
    )
    for state in STORED
}


def no_task(task: int) -> NotFound:
    """The same answer whether a task doesn't exist or may not be seen."""
    return NotFound(_("There is no task %(id)s.") % {"id": task})
