"""Answers the engine's questions about people (`engine.organisation.Organisation`).

Each question costs one or two queries, whatever the size of the firm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from apps.people.models import Department, Employee, RoleHolder, Substitute, User
from engine.database import execute
from engine.organisation import Duties, Place, Role

# What every human task that opens asks is asked in SQL of its own, which is prepared; the rest by
# the ORM. `able` says in SQL what `UserQuerySet.able` says.
ABLE = """u.is_active AND (e.hired_on IS NULL OR e.hired_on <= %(day)s)
    AND (e.left_on IS NULL OR e.left_on > %(day)s)"""

STANDING = f"""
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
WHERE u.id = ANY(%(users)s) AND {ABLE}
"""  # noqa: S608 (constants)

HOLDERS = f"""
SELECT h.employee_id, d.path, asked.path
FROM people_roleholder h
    JOIN people_employee e ON e.user_id = h.employee_id
    JOIN people_user u ON u.id = e.user_id
    LEFT JOIN people_department d ON d.id = h.department_id
    LEFT JOIN people_department asked ON asked.id = %(department)s
WHERE h.role = %(role)s AND {ABLE} ORDER BY h.employee_id
"""  # noqa: S608 (constants)

HEADS_ABOVE = f"""
SELECT d.head_id
FROM people_department asked
    JOIN people_department d ON starts_with(asked.path, d.path)
    JOIN people_employee e ON e.user_id = d.head_id
    JOIN people_user u ON u.id = e.user_id
WHERE asked.id = %(department)s AND {ABLE} ORDER BY length(d.path) DESC
"""  # noqa: S608 (constants)

DUTIES = f"""
SELECT own.id, own.path, held.role, held.id, held.path
FROM people_user u
    LEFT JOIN people_employee e ON e.user_id = u.id
    LEFT JOIN people_department own ON own.id = e.department_id
    LEFT JOIN LATERAL (
        SELECT h.role, d.id, d.path
        FROM people_roleholder h LEFT JOIN people_department d ON d.id = h.department_id
        WHERE h.employee_id = u.id
        UNION ALL SELECT '{Role.DEPARTMENT_HEAD.value}', id, path
        FROM people_department WHERE head_id = u.id
    ) held ON true
WHERE u.id = %(user)s AND {ABLE}
"""  # noqa: S608 (constants)

DEPARTMENT_OF = "SELECT department_id FROM people_employee WHERE user_id = %s"
ADDRESSES = "SELECT id, email FROM people_user WHERE id = ANY(%s) AND email <> ''"
LANGUAGES = "SELECT id, language FROM people_user WHERE id = ANY(%s)"


class Organisation:
    """The people of the current account set, at the moment asked."""

    def holders(self, role: str, *, department: int | None = None) -> Sequence[int]:
        if role == Role.DEPARTMENT_HEAD:
            return [] if department is None else self._heads_above(department)[:1]
        asked = {"role": role, "department": department, "day": timezone.localdate()}
        rows = execute(HOLDERS, asked)
        if department is None:
            return _once(user for user, _path, _asked in rows)
        return _nearest(rows)

    def roles_of(self, user: int) -> frozenset[str]:
        if user not in self.active([user]):
            return frozenset()
        held = RoleHolder.objects.filter(employee_id=user).values_list("role", flat=True)
        heads = Department.objects.filter(head_id=user).exists()
        return frozenset(held) | ({Role.DEPARTMENT_HEAD.value} if heads else frozenset())

    def duties(self, user: int) -> Duties | None:
        rows = execute(DUTIES, {"user": user, "day": timezone.localdate()})
        if not rows:
            return None
        held = tuple((role, _place(at, path)) for _own, _path, role, at, path in rows if role)
        return Duties(_place(*rows[0][:2]), held)

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
        rows = execute(DEPARTMENT_OF, [user])
        return rows[0][0] if rows else None

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
        return dict(User.objects.filter(pk__in=users).values_list("pk", "display_name"))

    def addresses(self, users: Collection[int]) -> Mapping[int, str]:
        return dict(execute(ADDRESSES, [list(users)]))

    def languages(self, users: Collection[int]) -> Mapping[int, str]:
        return dict(execute(LANGUAGES, [list(users)]))

    @staticmethod
    def _heads_above(department: int) -> list[int]:
        """Active heads of the department and of those above it, the nearest first."""
        rows = execute(HEADS_ABOVE, {"department": department, "day": timezone.localdate()})
        return _once(head for (head,) in rows)


def _place(department: int | None, path: str | None) -> Place | None:
    return None if department is None or path is None else Place(department, path)


def _nearest(rows: Sequence[tuple[int, str | None, str | None]]) -> list[int]:
    """Holders for the department asked for or one above it, the nearest first; else holders
    everywhere."""
    here = [(path, user) for user, path, asked in rows if path and asked and asked.startswith(path)]
    if here:
        return _once(user for path, user in sorted(here, key=lambda row: -len(row[0])))
    return _once(user for user, path, _asked in rows if path is None)


def _once(users: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(users))
