"""Rules of opportunities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.core.access.rights import Rights
from apps.sales.opportunities import services
from apps.sales.opportunities.models import Opportunity


def prepare(record: Opportunity, lines: Mapping[str, Sequence[Any]]) -> None:
    services.work_out(record, lines.get("products", ()))


def saved(record: Opportunity, before: Opportunity | None, rights: Rights, now: datetime) -> None:
    services.note_saved(record, before, by=rights.user, now=now)
