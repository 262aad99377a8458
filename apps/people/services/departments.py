"""The tree of departments."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.models import Department, Employee
from apps.people.services.telling import led_from, tell
from engine.organisation import Role


@transaction.atomic
def create_department(
    *,
    name: str,
    parent: Department | None = None,
    position: int | None = None,
    by: int | None = None,
) -> Department:
    """A new department, at the top or as part of another; without a position the last one there."""
    if position is None:
        position = Department.objects.filter(parent=parent).count()
    department = Department(name=name, parent=parent, position=position)
    department.full_clean()
    department.save()
    department.path = _path(department)
    department.save(update_fields=["path"])
    above = str(parent or "")
    record(Event.DEPARTMENT_MADE, by=by, subject=department, after={"parent": above})
    return department


@transaction.atomic
def rename_department(*, department: Department, name: str, by: int | None = None) -> None:
    """Give a department another name. Raises `ValidationError` where that one is taken there."""
    before = department.name
    department.name = name
    department.full_clean()
    department.save(update_fields=["name"])
    if before != name:
        _changed(department, by, {"name": before}, {"name": name})


@transaction.atomic
def move_department(
    *, department: Department, parent: Department | None, by: int | None = None
) -> None:
    """Make a department, with all below it, part of another one or of none.

    Raises `ValidationError` where the new parent is the department itself or below it.
    """
    list(Department.objects.select_for_update().order_by("pk"))  # one move at a time
    department.refresh_from_db()
    if parent is not None:
        parent.refresh_from_db()
        if parent.path.startswith(department.path):
            raise ValidationError(
                _("“%(name)s” can't become part of itself.") % {"name": department.name},
                code="circular",
            )
    old, former = department.path, str(department.parent or "")
    department.parent = parent
    department.full_clean()
    department.save(update_fields=["parent"])
    for below in Department.objects.filter(path__startswith=old):
        below.path = below.path.replace(old, _path(department), 1)
        below.save(update_fields=["path"])
    department.refresh_from_db()
    concerned = Employee.objects.filter(department__path__startswith=department.path)
    tell(concerned.values_list("pk", flat=True), Role.values)
    _changed(department, by, {"parent": former}, {"parent": str(parent or "")})


@transaction.atomic
def name_head(*, department: Department, head: Employee | None, by: int | None = None) -> None:
    """Put somebody at the head of a department; None leaves it to the head of the next one up."""
    department.refresh_from_db(from_queryset=Department.objects.select_for_update())
    former = department.head
    department.head = head
    department.save(update_fields=["head"])
    people = [former.pk if former else None, head.pk if head else None, *led_from(department)]
    tell(people, [Role.DEPARTMENT_HEAD])
    _changed(department, by, {"head": str(former or "")}, {"head": str(head or "")})


@transaction.atomic
def delete_department(*, department: Department, by: int | None = None) -> None:
    """Take an empty department out of the tree.

    Raises `ValidationError` where somebody works or has worked there, holds a role there, or it has
    departments below it."""
    in_use = (
        department.children.exists()
        or department.employees.exists()
        or department.role_holders.exists()
    )
    if in_use:
        raise ValidationError(
            _("“%(name)s” has people, roles or departments; move these first.")
            % {"name": department.name},
            code="in_use",
        )
    record(Event.DEPARTMENT_DELETED, by=by, subject=department)
    department.delete()


def _path(department: Department) -> str:
    above = department.parent.path if department.parent else "/"
    return f"{above}{department.pk}/"


def _changed(
    department: Department, by: int | None, before: dict[str, str], after: dict[str, str]
) -> None:
    record(Event.DEPARTMENT_CHANGED, by=by, subject=department, before=before, after=after)
