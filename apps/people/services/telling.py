"""What every change to people does beside: the engine is told, and the audit log says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, Q

from apps.people.models import Department, Employee
from engine.organisation import people_changed


def tell(users: Iterable[int | None], roles: Iterable[str]) -> None:
    """Let the engine resolve the open human tasks of those people and roles again."""
    concerned = {user for user in users if user is not None}
    codes = {str(role) for role in roles}
    if concerned or codes:
        people_changed.send(sender=None, users=concerned, roles=codes)


def led_from(*departments: Department) -> list[int]:
    """Employees whose superior may be the head of one of these departments."""
    below = Q(pk__in=[])
    for department in departments:
        below |= Q(department__path__startswith=department.path)
    return list(Employee.objects.filter(below).values_list("pk", flat=True))


def values(row: Model, *names: str) -> dict[str, Any]:
    """Fields of a row for the audit log; of people and departments their names."""
    found = {name: getattr(row, name) for name in names}
    return {n: str(value) if isinstance(value, Model) else value for n, value in found.items()}


def difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of two states of a row, what differs."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
