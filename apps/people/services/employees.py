"""Employees: making, changing, leaving, coming back."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accountsets.sessions import sign_out_everywhere
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.models import Department, Employee, User
from apps.people.services.departments import create_department
from apps.people.services.roles import grant_role
from apps.people.services.telling import difference, led_from, tell, values
from engine.organisation import Role

TOLD = ("department", "superior", "position", "hired_on", "left_on")


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
    by: int | None = None,
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
    employee.began = _has_come(hired_on)
    employee.full_clean()
    employee.save()
    after = values(user, "username", "email") | values(employee, *TOLD)
    record(Event.USER_MADE, by=by, subject=user, after=after)
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
def change_employee(
    *,
    employee: Employee,
    department: Department,
    superior: Employee | None,
    position: str,
    hired_on: date | None,
    by: int | None = None,
) -> None:
    """What the form of an employee holds. Raises `ValidationError` as the single changes do."""
    employee.refresh_from_db(from_queryset=Employee.objects.select_for_update(of=("self",)))
    before = values(employee, *TOLD)
    if employee.department_id != department.pk:
        transfer_employee(employee=employee, department=department)
    if employee.superior_id != (superior.pk if superior else None):
        name_superior(employee=employee, superior=superior)
    starts_otherwise = employee.hired_on != hired_on
    employee.position, employee.hired_on = position, hired_on
    employee.full_clean()
    employee.save(update_fields=["position", "hired_on"])
    if starts_otherwise:
        employee.began = _has_come(hired_on)
        employee.save(update_fields=["began"])
        _tell_of(employee)
    old, new = difference(before, values(employee, *TOLD))
    if new:
        record(Event.EMPLOYEE_CHANGED, by=by, subject=employee, before=old, after=new)


def _has_come(first_day: date | None) -> bool:
    return first_day is None or first_day <= timezone.localdate()


@transaction.atomic
def announce_first_days(*, today: date) -> int:
    """Tell the engine of those who have begun to work here since the last time. How many."""
    rows = list(Employee.objects.beginning(on=today).select_for_update(skip_locked=True))
    for employee in rows:
        _tell_of(employee)
    Employee.objects.filter(pk__in=[employee.pk for employee in rows]).update(began=True)
    return len(rows)


@transaction.atomic
def transfer_employee(*, employee: Employee, department: Department) -> None:
    """Let an employee work in another department."""
    employee.department = department
    employee.save(update_fields=["department"])
    tell([employee.pk], [])


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
    tell([employee.pk, former, superior.pk if superior else None], [])


@transaction.atomic
def end_employment(
    *, employee: Employee, left_on: date | None = None, by: int | None = None, reason: str = ""
) -> None:
    """Somebody has left, today or earlier: the login is closed and all sessions end.

    Roles stay listed and count no more. What the employee holds is not asked about here: that is
    for `leaving.leave`. Raises `ValidationError` for a day to come.
    """
    today = timezone.localdate()
    employee.left_on = left_on or today
    if employee.left_on > today:
        raise ValidationError(_("Enter a leaving when its day has come."), code="future")
    employee.full_clean()
    employee.save(update_fields=["left_on"])
    after = {"left_on": employee.left_on}
    set_active(employee, False, by=by, reason=reason, after=after)


@transaction.atomic
def resume_employment(*, employee: Employee, by: int | None = None) -> None:
    """Somebody who had left is back, with the roles held before."""
    employee.left_on = None
    employee.save(update_fields=["left_on"])
    set_active(employee, True, by=by)


def set_active(
    employee: Employee,
    active: bool,
    *,
    by: int | None,
    reason: str = "",
    after: dict[str, date] | None = None,
) -> None:
    """Open or close the login, tell the engine and the audit log."""
    user = employee.user
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        sign_out_everywhere(user_id=user.pk)
    _tell_of(employee)
    event = Event.USER_ENABLED if active else Event.USER_DISABLED
    record(event, by=by, subject=user, after=after, reason=reason)


def _tell_of(employee: Employee) -> None:
    """Somebody may be asked now, or no longer: all their roles are concerned, and all whose
    superior they are."""
    roles = employee.roles.values_list("role", flat=True)
    led = [*employee.subordinates.values_list("pk", flat=True)]
    led += led_from(*employee.headed_departments.all())
    tell([employee.pk, *led], [*roles, Role.DEPARTMENT_HEAD])
