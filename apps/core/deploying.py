"""What people do with processes beside their cases, with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from apps.core.audit.models import Event
from apps.core.audit.services import record
from engine import definitions


@transaction.atomic
def deploy(files: Mapping[str, bytes], *, by: int, note: str = "") -> definitions.Deployed:
    """Bring new versions of diagrams and tables in; raises what `engine.definitions.deploy`
    does."""
    deployed = definitions.deploy(dict(files), by=by, note=note)
    made = {row.key: row.version for row in deployed.made}
    record(Event.DEPLOYED, by=by, label=", ".join(made or files), after=made, reason=note)
    return deployed


@transaction.atomic
def set_suspended(key: str, *, suspended: bool, by: int) -> None:
    """Let nothing new start of a process, or let it start again; raises NotFound."""
    definitions.set_suspended(key, suspended=suspended)
    event = Event.SUSPENDED if suspended else Event.RESUMED
    record(event, by=by, subject=f"engine.processdefinition:{key}", label=key)
