"""Who settles parameters and dictionaries to begin with."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Action, Scope
from apps.core.access.subjects import declare
from engine.organisation import Role

VIEW, CHANGE = Action.VIEW, Action.CHANGE

declare("settings.parameter", _("Parameters and dictionaries"), (VIEW, CHANGE))

DEFAULTS = {
    Role.ADMINISTRATOR: {"settings.parameter": (Scope.ALL, (VIEW, CHANGE))},
    Role.GENERAL_MANAGER: {"settings.parameter": (Scope.ALL, (VIEW,))},
}
