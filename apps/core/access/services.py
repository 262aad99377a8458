"""Changing what a role may do: all kinds at once, on what was seen."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

import orjson
from django.db import connection, transaction

from apps.accountsets.routing import scoped
from apps.core.access.actions import Action, Scope
from apps.core.access.models import DataScope, RoleGrant
from apps.core.access.subjects import subjects
from apps.core.audit.models import AuditEntry, Event
from apps.core.audit.services import record
from engine.exceptions import Conflict, InvalidData
from engine.organisation import Role

Granted = tuple[str, str]  # kind, action

KEPT: Final[Mapping[str, frozenset[Granted]]] = {
    Role.ADMINISTRATOR: frozenset(
        {("people.role", Action.VIEW.value), ("people.role", Action.CHANGE.value)}
    )
}
"""What can't be taken from a role: else nobody could give rights any more."""


def grants_of(role: str) -> frozenset[Granted]:
    """What a role is granted, of what exists now."""
    rows = RoleGrant.objects.filter(role=role).values_list("kind", "action")
    return frozenset(row for row in rows if row[0] in subjects)


def scopes_of(role: str) -> dict[str, Scope]:
    """How far a role sees, for kinds that say so."""
    rows = DataScope.objects.filter(role=role).values_list("kind", "scope")
    return {kind: Scope(scope) for kind, scope in rows if kind in subjects}


def version_of(grants: Collection[Granted], scopes: Mapping[str, str]) -> str:
    """Tells two states of a role's rights apart."""
    told = {kind: str(scope) for kind, scope in scopes.items() if subjects[kind].scoped}
    return hashlib.sha256(orjson.dumps([sorted(grants), sorted(told.items())])).hexdigest()[:32]


def last_change(role: str) -> AuditEntry | None:
    """Who changed the rights of a role last, and when."""
    entries = AuditEntry.objects.filter(event=Event.RIGHTS_CHANGED, subject=_subject(role))
    return entries.order_by("-pk").first()


@transaction.atomic
def save_rights(
    *,
    role: str,
    label: str,
    grants: Collection[Granted],
    scopes: Mapping[str, Scope],
    seen: str,
    by: int,
) -> None:
    """Let a role have these rights and no others.

    `label` is what the role is called, `seen` the version that the change is based on; Conflict
    where somebody has changed them since, InvalidData for a kind or an action that doesn't exist.
    """
    _lock(role)
    before, scopes_before = grants_of(role), scopes_of(role)
    if version_of(before, scopes_before) != seen:
        changed = last_change(role)
        raise Conflict(
            "", by=changed.actor if changed else None, at=changed.at if changed else None
        )
    wanted = frozenset(grants) | KEPT.get(role, frozenset())
    for kind, action in wanted:
        if kind not in subjects or action not in subjects[kind].actions:
            raise InvalidData("", errors={"grants": [f"{kind}.{action}"]})
    _write(role, before, wanted, {kind: scopes.get(kind, Scope.OWN) for kind in subjects})
    after, scopes_after = grants_of(role), scopes_of(role)
    if version_of(after, scopes_after) != seen:
        record(
            Event.RIGHTS_CHANGED,
            by=by,
            subject=_subject(role),
            label=label,
            before=_told(before - after, scopes_before, scopes_after),
            after=_told(after - before, scopes_after, scopes_before),
        )


def _write(
    role: str,
    before: frozenset[Granted],
    wanted: frozenset[Granted],
    scopes: Mapping[str, Scope],
) -> None:
    for kind, action in before - wanted:
        RoleGrant.objects.filter(role=role, kind=kind, action=action).delete()
    RoleGrant.objects.bulk_create(
        RoleGrant(role=role, kind=kind, action=action) for kind, action in sorted(wanted - before)
    )
    rows = [
        DataScope(role=role, kind=kind, scope=scope if subjects[kind].scoped else Scope.ALL)
        for kind, scope in scopes.items()
    ]
    DataScope.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["role", "kind"], update_fields=["scope"]
    )


def _told(
    grants: Collection[Granted], scopes: Mapping[str, Scope], others: Mapping[str, Scope]
) -> dict[str, object]:
    differing = {
        kind: str(scope)
        for kind, scope in scopes.items()
        if subjects[kind].scoped and others.get(kind) != scope
    }
    return {"granted": [f"{kind}.{action}" for kind, action in sorted(grants)], "scope": differing}


def _subject(role: str) -> str:
    return f"access.role:{role}"


def _lock(role: str) -> None:
    """One change of a role at a time: also of one without any rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [scoped(_subject(role))])
