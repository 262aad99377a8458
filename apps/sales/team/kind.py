"""Sales targets as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.team.filters import TargetFilter
from apps.sales.team.forms import TargetForm
from apps.sales.team.models import SalesTarget
from engine.exceptions import InvalidData
from engine.organisation import organisation


@register
class SalesTargetKind(DocumentKind):
    """Sales targets."""

    model = SalesTarget
    module = "sales"
    icon = "target"
    columns = "period person unit measure goal changed_at"
    more_columns = "month owner department remarks created_at"
    order = "-month"
    filters = TargetFilter
    search = "remarks person__display_name unit__name"
    related = "person unit owner department"
    form_class = TargetForm
    copies = False  # there is one of each month
    sections = (
        Section(
            _("Target"),
            "month measure person unit amount",
            told="period measure person unit goal",
        ),
        Section(_("Remarks"), "remarks"),
    )

    def prepare(self, record: SalesTarget, lines: Mapping[str, Sequence[Any]]) -> None:
        """It belongs to whose target it is: so they see it, and their superiors do."""
        if record.person_id is not None:
            record.owner_id = record.person_id
            department = organisation().department_of(record.person_id)
            record.department_id = department or record.department_id
        elif record.unit is not None:
            record.owner_id = record.unit.head_id or record.owner_id
            record.department_id = record.unit.pk

    def saved(self, record: SalesTarget, before: Any, rights: Rights, now: datetime) -> None:
        """Nobody sets the target of somebody they don't see."""
        if not self.queryset(rights).filter(pk=record.pk).exists():
            field = "person" if record.person_id else "unit"
            message = _now("You may set targets of your own people only.")
            raise InvalidData(message, errors={field: [message]})
