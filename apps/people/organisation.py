"""Answers the engine's questions about people (`engine.organisation.Organisation`).

Each question costs one or two queries, whatever the size of the firm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from apps.core.once import once
from apps.people.models import Department, Employee, FirmRole, RoleHolder, Substitute, User
from apps.people.parameters import DECIDE_OWN, WITHDRAW_LATE
from engine.database import execute
from engine.loading import Columns
from engine.organisation import Duties, Place, Role, Unit

# What every human task that opens asks is asked in SQL of its own, which is prepared; the rest by
# the ORM. `able` says in SQL what `UserQuerySet.able` says.
ABLE = """u.is_active AND (e.hired_on IS NULL OR e.hired_on <= %(day)s)
    AND (e.left_on IS NULL OR e.left_on > %(day)s)"""

# The substitute of u, as s.id.
SUBSTITUTE = """LEFT JOIN LATERAL (
        SELECT su.id FROM people_substitute p
            JOIN people_user su ON su.id = p.substitute_id AND su.is_active
            JOIN people_employee se ON se.user_id = su.id
        WHERE p.principal_id = u.id AND p.starts_at <= %(at)s AND p.ends_at > %(at)s
            AND (se.hired_on IS NULL OR se.hired_on <= %(day)s)
            AND (se.left_on IS NULL OR se.left_on > %(day)s)
        LIMIT 1
    ) s ON true"""

# The department asked about, given itself or by somebody who belongs to it.
ASKED = """asked.id = COALESCE(
        %(department)s, (SELECT department_id FROM people_employee WHERE user_id = %(to)s))"""

STANDING = f"""
SELECT u.id, s.id FROM people_user u
    LEFT JOIN people_employee e ON e.user_id = u.id
    {SUBSTITUTE}
WHERE u.id = ANY(%(users)s) AND {ABLE}
"""  # noqa: S608 (constants)

HOLDERS = f"""
SELECT h.role, u.id, s.id, d.path, asked.path
FROM people_roleholder h
    JOIN people_employee e ON e.user_id = h.employee_id
    JOIN people_user u ON u.id = e.user_id
    {SUBSTITUTE}
    LEFT JOIN people_department d ON d.id = h.department_id
    LEFT JOIN people_department asked ON {ASKED}
WHERE h.role = ANY(%(roles)s) AND {ABLE} ORDER BY u.id
"""  # noqa: S608 (constants)

HEADS_ABOVE = f"""
SELECT u.id, s.id
FROM people_department asked
    JOIN people_department d ON starts_with(asked.path, d.path)
    JOIN people_employee e ON e.user_id = d.head_id
    JOIN people_user u ON u.id = e.user_id
    {SUBSTITUTE}
WHERE {ASKED} AND {ABLE} ORDER BY length(d.path) DESC
"""  # noqa: S608 (constants)

# The departments within d, itself among them.
WITHIN = "ARRAY(SELECT id FROM people_department b WHERE starts_with(b.path, d.path) ORDER BY id)"

HELD = f"""
FROM people_user u
    LEFT JOIN people_employee e ON e.user_id = u.id
    LEFT JOIN people_department d ON d.id = e.department_id
    LEFT JOIN LATERAL (
        SELECT h.role, d.id, d.path, {WITHIN} AS within
        FROM people_roleholder h LEFT JOIN people_department d ON d.id = h.department_id
        WHERE h.employee_id = u.id
        UNION ALL SELECT '{Role.DEPARTMENT_HEAD.value}', d.id, d.path, {WITHIN}
        FROM people_department d WHERE d.head_id = u.id
    ) held ON true
WHERE u.id = %(user)s AND {ABLE}
"""  # noqa: S608 (constants)
DUTY = f"d.id, d.path, {WITHIN}, held.role, held.id, held.path, held.within"
OF_DUTY = 7  # columns
DUTIES = f"SELECT {DUTY} {HELD}"
USER, EMPLOYEE = Columns(User, "u"), Columns(Employee, "e")
ON_DUTY = f"SELECT {DUTY}, {USER.sql}, {EMPLOYEE.sql} {HELD}"

NAMES = "SELECT id, display_name FROM people_user WHERE id = ANY(%s)"
DEPARTMENT_OF = "SELECT department_id FROM people_employee WHERE user_id = %s"
ADDRESSES = "SELECT id, email FROM people_user WHERE id = ANY(%s) AND email <> ''"
LANGUAGES = "SELECT id, language FROM people_user WHERE id = ANY(%s)"


class Organisation:
    """The people of the current account set, at the moment asked."""

    def holders(self, role: str, *, department: int | None = None) -> Sequence[int]:
        return list(_holders([role], department=department, at=timezone.now())[role])

    def nearest(
        self, roles: Collection[str], *, to: int, at: datetime
    ) -> Mapping[str, Mapping[int, int | None]]:
        return _holders(roles, to=to, at=at)

    def roles_of(self, user: int) -> frozenset[str]:
        if user not in self.active([user]):
            return frozenset()
        held = RoleHolder.objects.filter(employee_id=user).values_list("role", flat=True)
        heads = Department.objects.filter(head_id=user).exists()
        return frozenset(held) | ({Role.DEPARTMENT_HEAD.value} if heads else frozenset())

    def own_roles(self) -> Mapping[str, str]:
        return dict(FirmRole.objects.order_by("name").values_list("code", "name"))

    def duties(self, user: int) -> Duties | None:
        def read() -> Duties | None:
            return _duties(execute(DUTIES, {"user": user, "day": timezone.localdate()}))

        return once(("duties", user), read)

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
        heads = _heads_above(department=department, at=timezone.now())
        return next((head for head in heads if head != user), None)

    def decide_own(self) -> bool:
        return DECIDE_OWN.value()

    def withdraw_late(self) -> bool:
        return WITHDRAW_LATE.value()

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

    def departments(self) -> Sequence[Unit]:
        rows = Department.objects.order_by("position", "pk")
        below: dict[int | None, list[tuple[int, str]]] = {}
        for pk, parent, name in rows.values_list("pk", "parent_id", "name"):
            below.setdefault(parent, []).append((pk, name))

        def walk(parent: int | None, above: tuple[str, ...]) -> Iterator[Unit]:
            for pk, name in below.get(parent, ()):
                yield Unit(pk, (*above, name))
                yield from walk(pk, (*above, name))

        return list(walk(None, ()))

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
        return dict(execute(NAMES, [list(users)]))

    def addresses(self, users: Collection[int]) -> Mapping[int, str]:
        return dict(execute(ADDRESSES, [list(users)]))

    def languages(self, users: Collection[int]) -> Mapping[int, str]:
        return dict(execute(LANGUAGES, [list(users)]))


def user_on_duty(user: int) -> User | None:
    """Somebody who may log in, with the employee; what they are on duty for comes along, so that
    nobody asks for it again in this request."""
    rows = execute(ON_DUTY, {"user": user, "day": timezone.localdate()})
    if not rows:
        return None
    once(("duties", user), lambda: _duties(rows))
    values = rows[0][OF_DUTY:]
    found, employee = USER.made(values[: USER.size]), EMPLOYEE.made(values[USER.size :])
    if found is not None:
        User._meta.get_field("employee").set_cached_value(found, employee)
    if employee is not None:
        Employee._meta.get_field("user").set_cached_value(employee, found)
    return found


def _duties(rows: Sequence[Sequence[Any]]) -> Duties | None:
    """What the rows that begin with `DUTY` say of somebody; None where there are none."""
    if not rows:
        return None
    held = tuple((row[3], _place(*row[4:OF_DUTY])) for row in rows if row[3])
    return Duties(_place(*rows[0][:3]), held)


def _heads_above(
    *, department: int | None = None, to: int | None = None, at: datetime
) -> dict[int, int | None]:
    """Active heads of the department (or of that of the user `to`) and of those above it, the
    nearest first, with their substitutes."""
    asked = {"department": department, "to": to, "at": at, "day": timezone.localdate(at)}
    return dict(execute(HEADS_ABOVE, asked))


def _place(department: int | None, path: str, within: Sequence[int]) -> Place | None:
    return None if department is None else Place(department, path, tuple(within))


def _holders(
    roles: Collection[str], *, department: int | None = None, to: int | None = None, at: datetime
) -> dict[str, dict[int, int | None]]:
    """See `holders` and `nearest` of `engine.organisation.Organisation`; of several roles."""
    found: dict[str, dict[int, int | None]] = {}
    others = [role for role in roles if role != Role.DEPARTMENT_HEAD]
    if len(others) < len(roles):
        heads = _heads_above(department=department, to=to, at=at)
        found[Role.DEPARTMENT_HEAD] = dict([*heads.items()][:1])
    if others:
        asked = {"roles": others, "department": department, "to": to, "at": at}
        rows = execute(HOLDERS, {**asked, "day": timezone.localdate(at)})
        for role in others:
            found[role] = _nearest([row[1:] for row in rows if row[0] == role], department)
    return found


def _nearest(
    rows: Sequence[tuple[int, int | None, str | None, str | None]], department: int | None
) -> dict[int, int | None]:
    """Holders for the department asked for or one above it, the nearest first; else holders
    everywhere. All where no department was asked for."""
    if department is None and all(asked is None for *_holder, asked in rows):
        return {user: substitute for user, substitute, _path, _asked in rows}
    here = [row for row in rows if row[2] and row[3] and row[3].startswith(row[2])]
    if here:
        found = sorted(here, key=lambda row: -len(row[2] or ""))
    else:
        found = [row for row in rows if row[2] is None]
    return {user: substitute for user, substitute, _path, _asked in found}
