"""The roles there are: those that diagrams may name, the firm's own, and everybody's."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import EVERYONE
from apps.people.models import FirmRole
from engine.organisation import Role

Name = str | Promise
UNHELD = (EVERYONE, Role.DEPARTMENT_HEAD)
"""Roles that are not given to anybody: all have the first, heads are named by their department."""


def role_names() -> dict[str, Name]:
    """Code → name of all roles: everybody's, the engine's, the firm's by name."""
    names: dict[str, Name] = {EVERYONE: _("Everyone")}
    names |= dict(Role.choices)
    return names | dict(FirmRole.objects.order_by("name").values_list("code", "name"))


def holdable_roles() -> dict[str, Name]:
    """Those that can be given to somebody."""
    return {code: name for code, name in role_names().items() if code not in UNHELD}


def can_be_held(code: str) -> bool:
    if code in Role.values:
        return code != Role.DEPARTMENT_HEAD
    return FirmRole.objects.filter(code=code).exists()


def role_name(code: str) -> str:
    """What a role is called; its code where there is no such role any more."""
    return str(role_names().get(code, code))
