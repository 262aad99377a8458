"""Who looks after the processes and their cases to begin with. The general manager is a second
person where there is one process administrator."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action, Scope
from apps.core.access.subjects import declare
from apps.core.deploying import DEPLOY, SUBJECT
from apps.core.operating import CASES, OPERATE
from engine.organisation import Role

VIEW, ADD = Action.VIEW, Action.ADD

declare(SUBJECT, _("Processes"), (VIEW, ADD), own={DEPLOY: pgettext_lazy("right", "Deploy")})
declare(CASES, _("Cases"), (VIEW,), own={OPERATE: pgettext_lazy("right", "Operate")})

ALL_CASES = (Scope.ALL, (VIEW, OPERATE))

DEFAULTS = {
    Role.ADMINISTRATOR: {SUBJECT: (Scope.ALL, (VIEW, ADD, DEPLOY)), CASES: ALL_CASES},
    Role.PROCESS_ADMIN: {SUBJECT: (Scope.ALL, (VIEW, ADD, DEPLOY)), CASES: ALL_CASES},
    Role.GENERAL_MANAGER: {SUBJECT: (Scope.ALL, (VIEW, DEPLOY))},
}
