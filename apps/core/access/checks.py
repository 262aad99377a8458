"""System checks: default rights name only what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from apps.core.access.actions import EVERYONE
from apps.core.access.defaults import declared_defaults
from apps.core.access.subjects import subjects
from engine.organisation import Role


@register("access")
def check_defaults(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every default names a role, a kind and actions of that kind; each kind of a role once."""
    found: list[CheckMessage] = []
    declared = list(declared_defaults())
    for module, role, kind, _scope, actions in declared:
        if role not in Role.values and role != EVERYONE:
            found.append(Error(f"{module}: there is no role {role!r}", id="access.role_unknown"))
        if kind not in subjects:
            found.append(Error(f"{module}: there is no kind {kind!r}", id="access.kind_unknown"))
        elif unknown := actions - set(subjects[kind].actions):
            named = ", ".join(sorted(unknown))
            found.append(Error(f"{module}: {kind} has no {named}", id="access.action_unknown"))
    for (role, kind), number in Counter((row[1], row[2]) for row in declared).items():
        if number > 1:
            found.append(Error(f"{kind} is given to {role} twice", id="access.default_twice"))
    return found
