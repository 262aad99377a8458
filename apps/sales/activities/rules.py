"""Rules of sales activities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.approval.departments import department_facts
from apps.core.kinds import states
from apps.sales.activities import services
from apps.sales.activities.approving import follow_up, review_refusal
from apps.sales.activities.models import ActivityState, SalesActivity
from apps.sales.activities.reach import set_next_contact


def prepare(record: SalesActivity, lines: Mapping[str, Sequence[Any]]) -> None:
    services.complete(record)


def refusal(record: SalesActivity, action: str) -> str | None:
    if action == Action.CHANGE and not review_refusal(record):
        return None  # what came of it may be put right as long as nobody approves it
    if action in (Action.CHANGE, Action.DELETE):
        return services.refusal(record) or None
    if action == Action.SUBMIT:
        return review_refusal(record) or None
    return states.refusal(record, action)


def facts(record: SalesActivity) -> dict[str, Any]:
    return {"kind": record.kind.code, **department_facts(record.department_id)}


def problems(record: SalesActivity) -> dict[str, list[str]]:
    return {} if record.outcome.strip() else {"outcome": [_("Say what came of it.")]}


def saved(record: SalesActivity, before: Any, rights: Rights, now: datetime) -> None:
    if before is None and record.state == ActivityState.DONE:
        follow_up(record, by=rights.user, now=now)
    else:
        set_next_contact(record.lead_id, now=now)


def party(record: SalesActivity) -> str:
    return str(record.customer or record.lead or record.company or "")
