"""Somebody who leaves hands over first: tasks, records, departments, people and roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access.handover import holdings
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.inbox.wording import listed
from apps.people import services
from apps.people.models import Department, Employee, RoleHolder, User
from apps.people.roles import role_names
from apps.people.services.employees import set_active
from engine import tasks
from engine.exceptions import EngineError
from engine.models import HumanTask, TaskState

NAMED = 10  # of what is left; the page of the hand-over has it all


@dataclass(frozen=True, slots=True)
class Held:
    """Something that a successor must get before its holder can go."""

    key: str
    what: str  # what sort of thing it is
    label: str  # which
    give: Callable[[int, int, str], None]  # to whom, by whom, why


def held_by(employee: Employee) -> list[Held]:
    """Everything that would be without anybody if this employee went now."""
    return [
        *_tasks(employee),
        *_departments(employee),
        *_subordinates(employee),
        *_roles(employee),
        *_records(employee),  # last: by the role of the leaver a successor may see them
    ]


@transaction.atomic
def hand_over(
    *, employee: Employee, successors: Mapping[str, int], by: int, reason: str = ""
) -> list[Held]:
    """Give what the employee holds to the successors (key of `Held` → user id), all or nothing;
    what is left afterwards.

    Raises `ValidationError` where a successor can't take something."""
    Employee.objects.select_for_update().get(pk=employee.pk)
    given: dict[str, str] = {}
    names = dict(User.objects.filter(pk__in=successors.values()).values_list("pk", "display_name"))
    for held in held_by(employee):
        to = successors.get(held.key)
        if to is None:
            continue
        if to == employee.pk or to not in names:
            raise ValidationError(_("Choose somebody else as successor."), code="successor")
        try:
            held.give(to, by, reason)
        except EngineError as error:
            raise ValidationError(
                _("%(name)s can't take “%(what)s”: %(why)s")
                % {"name": names[to], "what": held.label, "why": error},
                code="successor",
            ) from error
        given[f"{held.what}: {held.label}"] = names[to]
    if given:
        record(Event.HANDED_OVER, by=by, subject=employee, after=given, reason=reason)
    return held_by(employee)


@transaction.atomic
def leave(
    *,
    employee: Employee,
    successors: Mapping[str, int],
    by: int,
    left_on: date | None = None,
    reason: str = "",
) -> None:
    """Hand over and go, in one transaction. Raises `ValidationError`, which names what would be
    left without anybody."""
    _refuse_oneself(employee, by)
    left = hand_over(employee=employee, successors=successors, by=by, reason=reason)
    _refuse_while_holding(left)
    services.end_employment(employee=employee, left_on=left_on, by=by, reason=reason)


@transaction.atomic
def disable_user(*, user: User, by: int, reason: str = "") -> None:
    """Close a login for a while. Raises `ValidationError` as `leave` does."""
    employee = Employee.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _refuse_oneself(employee, by)
    _refuse_while_holding(held_by(employee))
    set_active(employee, False, by=by, reason=reason)


def _refuse_oneself(employee: Employee, by: int) -> None:
    if employee.pk == by:
        raise ValidationError(_("You can't close your own login."), code="oneself")


def _refuse_while_holding(left: list[Held]) -> None:
    if not left:
        return
    held = listed(f"{each.what} “{each.label}”" for each in left[:NAMED])
    said = _("Still to be handed over: %(held)s.")
    if len(left) > NAMED:
        said = _("Still to be handed over: %(held)s, and %(more)s more.")
    raise ValidationError(said, params={"held": held, "more": len(left) - NAMED}, code="holds")


def _tasks(employee: Employee) -> list[Held]:
    """Open tasks that nobody else could take."""
    rows = HumanTask.objects.filter(
        state__in=(TaskState.READY, TaskState.RESERVED),
        audience__size=1,
        audience__members__user=employee.pk,
    ).select_related("instance")

    def give(task: int, to: int, by: int, reason: str) -> None:
        tasks.assign(task, to=to, by=by, reason=reason)

    return [
        Held(
            f"task:{row.pk}",
            _("Open task"),
            str(row.instance.card.get("subject") or row.instance.business_key),
            partial(give, row.pk),
        )
        for row in rows.defer("instance__runtime").order_by("pk")
    ]


def _records(employee: Employee) -> list[Held]:
    def give(key: str, to: int, by: int, reason: str) -> None:
        holdings[key].hand_over(employee.pk, to, by)

    counted = {key: holdings[key].count(employee.pk) for key in holdings}
    return [
        Held(f"kind:{key}", str(holdings[key].label), str(number), partial(give, key))
        for key, number in counted.items()
        if number
    ]


def _departments(employee: Employee) -> list[Held]:
    def give(department: Department, to: int, by: int, reason: str) -> None:
        services.name_head(department=department, head=Employee.objects.get(pk=to), by=by)

    return [
        Held(f"department:{row.pk}", _("Head of department"), row.name, partial(give, row))
        for row in employee.headed_departments.all()
    ]


def _subordinates(employee: Employee) -> list[Held]:
    def give(subordinate: Employee, to: int, by: int, reason: str) -> None:
        superior = None if subordinate.pk == to else Employee.objects.get(pk=to)
        services.change_employee(
            employee=subordinate,
            department=subordinate.department,
            superior=superior,
            position=subordinate.position,
            hired_on=subordinate.hired_on,
            by=by,
        )

    rows = employee.subordinates.filter(pk__in=Employee.objects.employed())
    return [
        Held(f"superior:{row.pk}", _("Superior of"), str(row), partial(give, row))
        for row in rows.select_related("user", "department")
    ]


def _roles(employee: Employee) -> list[Held]:
    """Roles that nobody else holds there."""

    def give(holder: RoleHolder, to: int, by: int, reason: str) -> None:
        successor = Employee.objects.get(pk=to)
        services.grant_role(
            role=holder.role, employee=successor, department=holder.department, by=by
        )

    names = role_names()
    others = set(
        RoleHolder.objects.filter(employee__in=Employee.objects.employed())
        .exclude(employee=employee)
        .values_list("role", "department")
    )
    return [
        Held(
            f"role:{row.pk}",
            _("Role"),
            str(names.get(row.role, row.role)) + (f" ({row.department})" if row.department else ""),
            partial(give, row),
        )
        for row in employee.roles.select_related("department")
        if not others & {(row.role, row.department_id), (row.role, None)}
    ]
