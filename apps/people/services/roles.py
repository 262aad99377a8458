"""Roles: the engine's with fixed codes, those of the firm, and who holds which."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.access.models import DataScope, RoleGrant
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.duties import incompatible_with
from apps.people.models import ConflictingRoles, Department, Employee, FirmRole, RoleHolder
from apps.people.roles import can_be_held, role_name
from apps.people.services.telling import tell
from engine.organisation import Role

LAST = gettext_noop("Somebody must hold this role: give it to somebody else first.")


@transaction.atomic
def create_role(*, name: str, by: int | None = None) -> FirmRole:
    """A role of the firm; its code is made."""
    role = FirmRole(name=name.strip())
    role.full_clean(exclude=["code"])
    role.save()
    role.code = f"firm_{role.pk}"
    role.save(update_fields=["code"])
    record(Event.ROLE_MADE, by=by, subject=role)
    return role


@transaction.atomic
def rename_role(*, role: FirmRole, name: str, by: int | None = None) -> None:
    """Give a role of the firm another name. Raises `ValidationError` where it is taken."""
    before = role.name
    role.name = name.strip()
    role.full_clean()
    role.save(update_fields=["name"])
    record(
        Event.ROLE_CHANGED, by=by, subject=role, before={"name": before}, after={"name": role.name}
    )


@transaction.atomic
def delete_role(*, role: FirmRole, by: int | None = None) -> None:
    """Remove a role of the firm that nobody holds, with its rights. Raises `ValidationError`."""
    if RoleHolder.objects.filter(role=role.code).exists():
        raise ValidationError(_("Somebody holds this role; withdraw it first."), code="in_use")
    ConflictingRoles.objects.filter(Q(first=role.code) | Q(second=role.code)).delete()
    RoleGrant.objects.filter(role=role.code).delete()
    DataScope.objects.filter(role=role.code).delete()
    record(Event.ROLE_DELETED, by=by, subject=role)
    role.delete()


@transaction.atomic
def grant_role(
    *,
    role: str,
    employee: Employee,
    department: Department | None = None,
    by: int | None = None,
) -> RoleHolder:
    """Let somebody hold a role, in a department and those below it or everywhere.

    Granting it once more changes nothing. Raises `ValidationError` for an unknown role and for
    `department_head`, who is named by the department.
    """
    if not can_be_held(role):
        raise ValidationError(
            _("“%(role)s” is no role that can be granted.") % {"role": role}, code="invalid_role"
        )
    holder, created = RoleHolder.objects.get_or_create(
        role=role, employee=employee, department=department
    )
    if created:
        tell([employee.pk], [role])
        said = _said(holder)
        if clashes := incompatible_with(role, employee):
            said["incompatible_with"] = ", ".join(map(role_name, clashes))
        record(Event.ROLE_GRANTED, by=by, subject=employee, after=said)
    return holder


@transaction.atomic
def withdraw_role(*, holder: RoleHolder, by: int | None = None) -> None:
    """Somebody no longer holds a role there.

    Raises `ValidationError` where nobody who may log in would administer people any more."""
    role, employee = holder.role, holder.employee
    said = _said(holder)
    holder.delete()
    if role == Role.ADMINISTRATOR:
        left = RoleHolder.objects.select_for_update().filter(
            role=role, employee__in=Employee.objects.employed()
        )
        if by is not None and not left.exists():
            raise ValidationError(_(LAST), code="last")
    tell([employee.pk], [role])
    record(Event.ROLE_WITHDRAWN, by=by, subject=employee, before=said)


@transaction.atomic
def part_duties(*, one: str, other: str, by: int | None = None) -> ConflictingRoles:
    """Nobody should hold both roles from now on; who does is warned about. Raises `ValidationError`
    for a role that can't be held, and for one beside itself."""
    for role in (one, other):
        if not can_be_held(role):
            raise ValidationError(_("Choose a role that people can hold."), code="invalid_role")
    if one == other:
        raise ValidationError(_("Choose two different roles."), code="same_role")
    first, second = sorted((one, other))
    pair, made = ConflictingRoles.objects.get_or_create(first=first, second=second)
    if made:
        record(Event.SETTINGS_CHANGED, by=by, subject=pair, label=_pair(pair), after=_roles(pair))
    return pair


@transaction.atomic
def allow_together(*, pair: ConflictingRoles, by: int | None = None) -> None:
    """The two roles may be held by one person again."""
    record(Event.SETTINGS_CHANGED, by=by, subject=pair, label=_pair(pair), before=_roles(pair))
    pair.delete()


def _pair(pair: ConflictingRoles) -> str:
    return _("Incompatible duties: %(one)s, %(other)s") % {
        "one": role_name(pair.first),
        "other": role_name(pair.second),
    }


def _roles(pair: ConflictingRoles) -> dict[str, str]:
    return {"role": role_name(pair.first), "other role": role_name(pair.second)}


def _said(holder: RoleHolder) -> dict[str, str]:
    return {"role": role_name(holder.role), "department": str(holder.department or "")}
