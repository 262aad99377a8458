"""Duties that should be parted (不相容职务): who holds two roles of which one checks the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from apps.people.models import ConflictingRoles, Employee, RoleHolder


@dataclass(frozen=True, slots=True)
class Pair:
    """Two roles, and who holds both of them."""

    row: ConflictingRoles
    both: tuple[Employee, ...]


def pairs() -> list[Pair]:
    """All pairs with those who hold both, in a number of queries that doesn't grow."""
    rows = list(ConflictingRoles.objects.all())
    codes = {code for row in rows for code in (row.first, row.second)}
    employed = Employee.objects.employed()
    holders: dict[str, dict[int, Employee]] = defaultdict(dict)
    held = RoleHolder.objects.filter(role__in=codes, employee__in=employed)
    for holder in held.select_related("employee__user").order_by("employee_id"):
        holders[holder.role][holder.employee_id] = holder.employee
    return [
        Pair(
            row,
            tuple(
                employee for pk, employee in holders[row.first].items() if pk in holders[row.second]
            ),
        )
        for row in rows
    ]


def incompatible_with(role: str, employee: Employee) -> list[str]:
    """Codes of the roles of an employee that don't go together with this one."""
    others: Collection[str] = {
        row.second if row.first == role else row.first
        for row in ConflictingRoles.objects.all()
        if role in (row.first, row.second)
    }
    held = RoleHolder.objects.filter(employee=employee, role__in=others)
    return sorted(set(held.values_list("role", flat=True)))
