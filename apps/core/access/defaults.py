"""The rights that roles have to begin with.

An app's `grants.py` holds `DEFAULTS`: role → kind → (scope, actions). They are written where a role
has no rows for a kind yet: what an account set has settled stays as it is. Where it has settled
what everyone may do with a kind, that settles their own rows: no role gets a default for no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.utils.module_loading import module_has_submodule

from apps.core.access.actions import EVERYONE, Scope
from apps.core.access.models import DataScope, RoleGrant

Defaults = Mapping[str, Mapping[str, tuple[Scope, Sequence[str]]]]


def declared_defaults() -> Iterator[tuple[str, str, str, Scope, frozenset[str]]]:
    """All defaults of all apps: module, role, kind, scope, actions."""
    for configuration in apps.get_app_configs():
        if configuration.module is None or not module_has_submodule(configuration.module, "grants"):
            continue
        module = import_module(f"{configuration.name}.grants")
        defaults: Defaults = getattr(module, "DEFAULTS", {})
        for role, kinds in defaults.items():
            for kind, (scope, actions) in kinds.items():
                yield module.__name__, str(role), kind, Scope(scope), frozenset(map(str, actions))


@transaction.atomic
def sync_grants() -> int:
    """Write the defaults of the current account set that are missing; how many kinds of roles."""
    settled = set(DataScope.objects.values_list("role", "kind"))
    settled |= set(RoleGrant.objects.values_list("role", "kind"))
    missing = [
        row
        for row in declared_defaults()
        if (row[1], row[2]) not in settled
        and not (row[3] is Scope.OWN and (EVERYONE, row[2]) in settled)
    ]
    DataScope.objects.bulk_create(
        DataScope(role=role, kind=kind, scope=scope) for _, role, kind, scope, _ in missing
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(role=role, kind=kind, action=action)
        for _, role, kind, _, actions in missing
        for action in sorted(actions)
    )
    return len(missing)
