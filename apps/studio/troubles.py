"""Incidents as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.inbox.elements import element_label, process_label
from apps.core.inbox.rows import subject_of
from apps.core.inbox.wording import names_of
from engine.models import Incident, JobKind

WHAT: Final[dict[str, str | Promise]] = {
    JobKind.TIMER: _("Timer"),
    JobKind.MESSAGE: _("Message"),
    JobKind.REASSIGN: _("Change of people"),
    JobKind.MAIL: _("Mail"),
}
HOW: Final[dict[str, str | Promise]] = {
    "retried": _("Tried again"),
    "skipped": _("Skipped"),
    "terminated": _("The case was ended"),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """An incident: of which case, at which step, what failed, and what became of it."""

    row: Incident
    subject: str
    process: str
    step: str
    what: str | Promise
    how: str | Promise
    by: str

    @property
    def open(self) -> bool:
        return self.row.state == Incident.State.OPEN


def incidents() -> QuerySet[Incident]:
    """All incidents with their cases, without what is stored of those."""
    found = Incident.objects.select_related("job", "instance__definition")
    return found.defer("instance__runtime", "instance__definition__compiled")


def troubles(rows: Iterable[Incident]) -> list[Trouble]:
    """The rows in words."""
    found = list(rows)
    names = names_of(row.resolved_by for row in found)
    return [_trouble(row, names.get(row.resolved_by or 0, "")) for row in found]


def _trouble(row: Incident, by: str) -> Trouble:
    case = row.instance
    return Trouble(
        row,
        subject=subject_of(case) if case else "",
        process=process_label(case.definition) if case else "",
        step=(element_label(case, row.process, row.element) or row.element) if case else "",
        what=WHAT.get(row.job.kind, "") if row.job else "",
        how=HOW.get(row.resolution, ""),
        by=by,
    )
