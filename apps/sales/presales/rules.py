"""Rules of presales support requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.kinds import states
from apps.sales.presales.models import PresalesRequest, PresalesState


def prepare(record: PresalesRequest, lines: Mapping[str, Sequence[Any]]) -> None:
    if record.customer_id is None and record.opportunity is not None:
        record.customer_id = record.opportunity.customer_id


def refusal(record: PresalesRequest, action: str) -> str | None:
    drafts = (Action.CHANGE, Action.DELETE, Action.SUBMIT)
    if action not in drafts or record.state == PresalesState.DRAFT:
        return states.refusal(record, action)
    return _("%(number)s has been submitted and can't be changed any more.") % {
        "number": record.number
    }
