"""What rights are given for among the people and settings, and who has them to begin with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import EVERYONE, Action, Scope
from apps.core.access.subjects import declare
from engine.organisation import Role

VIEW, ADD, CHANGE, DELETE = Action.VIEW, Action.ADD, Action.CHANGE, Action.DELETE
ALL_FOUR = (VIEW, ADD, CHANGE, DELETE)

declare("people.user", _("Users"), (VIEW, ADD, CHANGE))
declare("people.employee", _("Employees"), (VIEW, ADD, CHANGE, Action.HAND_OVER))
declare("people.department", _("Departments"), ALL_FOUR)
declare("people.role", _("Roles"), ALL_FOUR)
declare("people.substitute", _("Substitutes of others"), (VIEW, ADD, DELETE))
declare("people.calendar", _("Working calendar"), (VIEW, CHANGE))
declare("people.audit", _("Audit log"), (VIEW, Action.EXPORT))
declare("settings.approval", _("Approval settings"), (VIEW, CHANGE))

DEFAULTS = {
    Role.ADMINISTRATOR: {
        "people.user": (Scope.ALL, (VIEW, ADD, CHANGE)),
        "people.employee": (Scope.ALL, (VIEW, ADD, CHANGE, Action.HAND_OVER)),
        "people.department": (Scope.ALL, ALL_FOUR),
        "people.role": (Scope.ALL, ALL_FOUR),
        "people.substitute": (Scope.ALL, (VIEW, ADD, DELETE)),
        "people.calendar": (Scope.ALL, (VIEW, CHANGE)),
        "people.audit": (Scope.ALL, (VIEW,)),
        "settings.approval": (Scope.ALL, (VIEW,)),
    },
    Role.PROCESS_ADMIN: {
        "people.role": (Scope.ALL, (VIEW,)),
        "settings.approval": (Scope.ALL, (VIEW, CHANGE)),
    },
    Role.HR: {
        "people.employee": (Scope.ALL, (VIEW, ADD, CHANGE)),
        "people.department": (Scope.ALL, (VIEW,)),
        "people.calendar": (Scope.ALL, (VIEW, CHANGE)),
    },
    EVERYONE: {
        "people.calendar": (Scope.ALL, (VIEW,)),
        "people.department": (Scope.ALL, (VIEW,)),
    },
}
