"""Answers the engine's questions about people (`engine.organisation.Organisation`).

Each question costs one or two queries, whatever the size of the firm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from apps.people.models import Department, Employee, RoleHolder, Substitute, User
from engine.database import execute
from engine.organisation import Role

# Asked with every human task that opens, and therefore prepared.
STANDING = """
SELECT u.id, s.id FROM people_user u
    LEFT JOIN people_employee e ON e.user_id = u.id
    LEFT JOIN LATERAL (
        SELECT su.id FROM people_substitute p
            JOIN people_user su ON su.id = p.substitute_id AND su.is_active
            JOIN people_employee se ON se.user_id = su.id
        WHERE p.principal_id = u.id AND p.starts_at <= %(at)s AND p.ends_at > %(at)s
            AND (se.hired_on IS NULL OR se.hired_on <= %(day)s)
            AND (se.left_on IS NULL OR se.left_on > %(day)s)
        LIMIT 1
    ) s ON true
WHERE u.id = ANY(%(users)s) AND u.is_active
    AND (e.hired_on IS NULL OR e.hired_on <= %(day)s)
    AND (e.left_on IS NULL OR e.left_on > %(day)s)
"""


class Organisation:
    """The people of the current account set, at the moment asked."""

    def holders(self, role: str, *, department: int | None = None) -> Sequence[int]:
        if role == Role.DEPARTMENT_HEAD:
            return [] if department is None else self._heads_above(department)[:1]
        held = RoleHolder.objects.filter(
            role=role, employee__in=Employee.objects.employed()
        ).order_by("employee_id")
        if department is None:
            return _once(held.values_list("employee_id", flat=True))
        return _nearest(held, department)

    def roles_of(self, user: int) -> frozenset[str]:
        if user not in self.active([user]):
            return frozenset()
        held = RoleHolder.objects.filter(employee_id=user).values_list("role", flat=True)
        heads = Department.objects.filter(head_id=user).exists()
        return frozenset(held) | ({Role.DEPARTMENT_HEAD.value} if heads else frozenset())

    def superior(self, user: int) -> int | None:
        named = Employee.objects.employed().filter(pk=OuterRef("superior_id")).values("pk")
        employee = (
            Employee.objects.filter(pk=user)
            .annotate(active_superior=Subquery(named))
            .values_list("active_superior", "department_id")
            .first()
        )
        if employee is None:
            return None
        superior, department = employee
        if superior is not None:
            return int(superior)
        return next((head for head in self._heads_above(department) if head != user), None)

    def department_of(self, user: int) -> int | None:
        return Employee.objects.filter(pk=user).values_list("department_id", flat=True).first()

    def department_at(self, path: str) -> int | None:
        *above, name = path.split("/")
        lookup: dict[str, str] = {"name": name}
        for distance, parent in enumerate(reversed(above), start=1):
            lookup["__".join(["parent"] * distance) + "__name"] = parent
        found = Department.objects.filter(**lookup).values_list("pk", flat=True)[:2]
        return found[0] if len(found) == 1 else None

    def substitutes(self, users: Collection[int], *, at: datetime) -> Mapping[int, int]:
        day = timezone.localdate(at)
        rows = Substitute.objects.at(at).filter(
            principal_id__in=users, substitute__in=Employee.objects.employed(on=day)
        )
        return dict(rows.values_list("principal_id", "substitute_id"))

    def standing(self, users: Collection[int], *, at: datetime) -> Mapping[int, int | None]:
        day = timezone.localdate(at)
        rows = execute(STANDING, {"users": list(users), "at": at, "day": day})
        return dict(rows)

    def active(self, users: Collection[int]) -> frozenset[int]:
        return frozenset(User.objects.able().filter(pk__in=users).values_list("pk", flat=True))

    def names(self, users: Collection[int]) -> Mapping[int, str]:
        return self._of(users, "display_name")

    def addresses(self, users: Collection[int]) -> Mapping[int, str]:
        return {user: email for user, email in self._of(users, "email").items() if email}

    def languages(self, users: Collection[int]) -> Mapping[int, str]:
        return self._of(users, "language")

    @staticmethod
    def _of(users: Collection[int], field: str) -> dict[int, str]:
        return dict(User.objects.filter(pk__in=users).values_list("pk", field))

    @staticmethod
    def _heads_above(department: int) -> list[int]:
        """Active heads of the department and of those above it, the nearest first."""
        heads = Department.objects.above(department).filter(head__in=Employee.objects.employed())
        return _once(heads.values_list("head_id", flat=True))


def _nearest(held: Iterable[RoleHolder], department: int) -> list[int]:
    """Holders for the department or one above it, the nearest first; else holders everywhere."""
    asked = Department.objects.filter(pk=department).values("path")
    rows = held.annotate(asked=Subquery(asked)).values_list(  # type: ignore[attr-defined]
        "employee_id", F("department__path"), "asked"
    )
    here = [(path, user) for user, path, asked in rows if path and asked.startswith(path)]
    if here:
        return _once(user for path, user in sorted(here, key=lambda row: -len(row[0])))
    return _once(user for user, path, _asked in rows if path is None)


def _once(users: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(users))
