"""Changes to the people of an account set.

Whatever decides who gets a human task is told to the engine in the same transaction
(`people_changed`), which then resolves the open tasks concerned again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accountsets.sessions import sign_out_everywhere
from apps.people import calendar
from apps.people.models import (
    Department,
    Employee,
    RoleHolder,
    Substitute,
    User,
    WorkCalendarDay,
)
from engine.organisation import Role, people_changed


# --- departments --------------------------------------------------------------------------------
@transaction.atomic
def create_department(
    *, name: str, parent: Department | None = None, position: int = 0
) -> Department:
    """A new department, at the top or as part of another."""
    department = Department(name=name, parent=parent, position=position)
    department.full_clean()
    department.save()
    department.path = _path(department)
    department.save(update_fields=["path"])
    return department


@transaction.atomic
def move_department(*, department: Department, parent: Department | None) -> None:
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
    old = department.path
    department.parent = parent
    department.full_clean()
    department.save(update_fields=["parent"])
    for below in Department.objects.filter(path__startswith=old):
        below.path = below.path.replace(old, _path(department), 1)
        below.save(update_fields=["path"])
    department.refresh_from_db()
    concerned = Employee.objects.filter(department__path__startswith=department.path)
    _tell(concerned.values_list("pk", flat=True), Role.values)


@transaction.atomic
def name_head(*, department: Department, head: Employee | None) -> None:
    """Put somebody at the head of a department; None leaves it to the head of the next one up."""
    department.refresh_from_db(from_queryset=Department.objects.select_for_update())
    former = department.head_id
    department.head = head
    department.save(update_fields=["head"])
    people = [former, head.pk if head else None, *_led_from(department)]
    _tell(people, [Role.DEPARTMENT_HEAD])


def _led_from(*departments: Department) -> list[int]:
    """Employees whose superior may be the head of one of these departments."""
    below = Q(pk__in=[])
    for department in departments:
        below |= Q(department__path__startswith=department.path)
    return list(Employee.objects.filter(below).values_list("pk", flat=True))


def _path(department: Department) -> str:
    above = department.parent.path if department.parent else "/"
    return f"{above}{department.pk}/"


# --- employees ----------------------------------------------------------------------------------
@transaction.atomic
def create_employee(
    *,
    username: str,
    display_name: str,
    department: Department,
    password: str | None = None,
    email: str = "",
    position: str = "",
    superior: Employee | None = None,
    hired_on: date | None = None,
) -> Employee:
    """A new employee with a login. Without a password nobody can log in by it yet."""
    user = User(username=username.lower(), display_name=display_name, email=email)
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    employee = Employee(
        user=user, department=department, position=position, superior=superior, hired_on=hired_on
    )
    employee.full_clean()
    employee.save()
    return employee


@transaction.atomic
def create_administrator(
    *, username: str, display_name: str, password: str, company: str
) -> Employee:
    """Somebody who administers people and processes, for instance of an empty account set.

    Belongs to the topmost department, which is made by the name of the company where none is.
    """
    top = Department.objects.filter(parent=None).first() or create_department(name=company)
    employee = create_employee(
        username=username, display_name=display_name, password=password, department=top
    )
    for role in (Role.ADMINISTRATOR, Role.PROCESS_ADMIN):
        grant_role(role=role, employee=employee)
    return employee


@transaction.atomic
def transfer_employee(*, employee: Employee, department: Department) -> None:
    """Let an employee work in another department."""
    employee.department = department
    employee.save(update_fields=["department"])
    _tell([employee.pk], [])


@transaction.atomic
def name_superior(*, employee: Employee, superior: Employee | None) -> None:
    """Name a superior; None means the head of the department.

    Raises `ValidationError` where that would make a circle."""
    above, seen = superior, {employee.pk}
    while above is not None:
        if above.pk in seen:
            raise ValidationError(
                _("%(superior)s reports to %(employee)s already.")
                % {"superior": superior, "employee": employee},
                code="circular",
            )
        seen.add(above.pk)
        above = above.superior
    former = employee.superior_id
    employee.superior = superior
    employee.save(update_fields=["superior"])
    _tell([employee.pk, former, superior.pk if superior else None], [])


@transaction.atomic
def end_employment(*, employee: Employee, left_on: date | None = None) -> None:
    """Somebody has left, today or earlier: the login is closed and all sessions end.

    Roles stay listed and count no more. Raises `ValidationError` for a day to come.
    """
    today = timezone.localdate()
    employee.left_on = left_on or today
    if employee.left_on > today:
        raise ValidationError(_("Enter a leaving when its day has come."), code="future")
    employee.full_clean()
    employee.save(update_fields=["left_on"])
    _set_active(employee, False)


@transaction.atomic
def resume_employment(*, employee: Employee) -> None:
    """Somebody who had left is back, with the roles held before."""
    employee.left_on = None
    employee.save(update_fields=["left_on"])
    _set_active(employee, True)


def _set_active(employee: Employee, active: bool) -> None:
    user = employee.user
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        sign_out_everywhere(user_id=user.pk)
    roles = employee.roles.values_list("role", flat=True)
    led = [*employee.subordinates.values_list("pk", flat=True)]
    led += _led_from(*employee.headed_departments.all())
    _tell([employee.pk, *led], [*roles, Role.DEPARTMENT_HEAD])


# --- roles and substitutes ----------------------------------------------------------------------
@transaction.atomic
def grant_role(
    *, role: str, employee: Employee, department: Department | None = None
) -> RoleHolder:
    """Let somebody hold a role, in a department and those below it or everywhere.

    Granting it once more changes nothing. Raises `ValidationError` for an unknown role and for
    `department_head`, who is named by the department.
    """
    if role not in Role.values or role == Role.DEPARTMENT_HEAD:
        raise ValidationError(
            _("“%(role)s” is no role that can be granted.") % {"role": role}, code="invalid_role"
        )
    holder, created = RoleHolder.objects.get_or_create(
        role=role, employee=employee, department=department
    )
    if created:
        _tell([employee.pk], [role])
    return holder


@transaction.atomic
def withdraw_role(*, holder: RoleHolder) -> None:
    """Somebody no longer holds a role there."""
    role, employee = holder.role, holder.employee_id
    holder.delete()
    _tell([employee], [role])


@transaction.atomic
def appoint_substitute(
    *, principal: Employee, substitute: Employee, starts_at: datetime, ends_at: datetime
) -> Substitute:
    """Let somebody act for an absent employee from one moment until before another.

    Raises `ValidationError` where somebody else does so in that time already, or the times or
    people make no sense.
    """
    Employee.objects.select_for_update().get(pk=principal.pk)  # one appointment at a time
    taken = principal.substitutes.overlapping(starts_at, ends_at).first()
    if taken is not None:
        raise ValidationError(
            _("%(substitute)s stands in for %(principal)s at that time already.")
            % {"substitute": taken.substitute, "principal": principal},
            code="overlap",
        )
    row = Substitute(
        principal=principal, substitute=substitute, starts_at=starts_at, ends_at=ends_at
    )
    row.full_clean()
    row.save()
    announce_substitutes(now=timezone.now())
    return row


@transaction.atomic
def end_substitution(*, substitute: Substitute, at: datetime | None = None) -> None:
    """The principal is back earlier; what has not begun is forgotten."""
    moment = at or timezone.now()
    if substitute.starts_at >= moment:
        people = [substitute.principal_id, substitute.substitute_id]
        substitute.delete()
        _tell(people, [])
        return
    substitute.ends_at = min(substitute.ends_at, moment)
    substitute.save(update_fields=["ends_at"])
    announce_substitutes(now=moment)


@transaction.atomic
def announce_substitutes(*, now: datetime) -> int:
    """Tell the engine of substitutes who have begun or ended since the last time. How many."""
    rows = list(Substitute.objects.unannounced(now).select_for_update(skip_locked=True))
    for row in rows:
        row.began = True
        row.ended = row.ends_at <= now
    Substitute.objects.bulk_update(rows, ["began", "ended"])
    _tell([user for row in rows for user in (row.principal_id, row.substitute_id)], [])
    return len(rows)


def _tell(users: Iterable[int | None], roles: Iterable[str]) -> None:
    """Let the engine resolve the open human tasks of those people and roles again."""
    concerned = {user for user in users if user is not None}
    codes = {str(role) for role in roles}
    if concerned or codes:
        people_changed.send(sender=None, users=concerned, roles=codes)


# --- users --------------------------------------------------------------------------------------
@transaction.atomic
def change_password(*, user: User, password: str, keep_session: str | None = None) -> None:
    """Set a password that the validators accept, and end all other sessions of the user.

    Raises `ValidationError`."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    sign_out_everywhere(user_id=user.pk, keep=keep_session)


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    """Remember in which language somebody reads. Raises `ValidationError` for an unknown one."""
    user.language = language
    user.full_clean(exclude=["password"])
    user.save(update_fields=["language"])


# --- calendar -----------------------------------------------------------------------------------
@transaction.atomic
def set_calendar_day(
    *, day: date, works: bool, hours: Decimal | None = None, note: str = ""
) -> WorkCalendarDay:
    """Depart from the official calendar on a day. Its `hours` are counted from the opening."""
    row, _created = WorkCalendarDay.objects.select_for_update().get_or_create(
        date=day, defaults={"works": works}
    )
    row.works, row.hours, row.note = works, hours, note
    row.full_clean()
    row.save()
    _calendar_changed()
    return row


@transaction.atomic
def clear_calendar_day(*, day: date) -> None:
    """Follow the official calendar again on that day."""
    WorkCalendarDay.objects.filter(date=day).delete()
    _calendar_changed()


def _calendar_changed() -> None:
    calendar.forget()  # for this transaction
    transaction.on_commit(calendar.forget)  # for the others of this process
