"""Substitutes: who acts for somebody absent."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.people.models import Employee, Substitute
from apps.people.services.telling import tell, values


@transaction.atomic
def appoint_substitute(
    *,
    principal: Employee,
    substitute: Employee,
    starts_at: datetime,
    ends_at: datetime,
    by: int | None = None,
) -> Substitute:
    """Let somebody act for an absent employee from one moment until before another.

    Raises `ValidationError` where somebody else does so in that time already, or the times or
    people make no sense.
    """
    Employee.objects.select_for_update().get(pk=principal.pk)  # one appointment at a time
    taken = principal.substitutes.overlapping(starts_at, ends_at).first()
    if taken is not None:
        raise ValidationError(
            _("%(substitute)s stands in for %(principal)s at that time already.")
            % {"substitute": taken.substitute, "principal": principal},
            code="overlap",
        )
    row = Substitute(
        principal=principal, substitute=substitute, starts_at=starts_at, ends_at=ends_at
    )
    row.full_clean()
    row.save()
    said = values(row, "substitute", "starts_at", "ends_at")
    record(Event.SUBSTITUTE_APPOINTED, by=by, subject=principal, after=said)
    announce_substitutes(now=timezone.now())
    return row


@transaction.atomic
def end_substitution(
    *, substitute: Substitute, at: datetime | None = None, by: int | None = None
) -> None:
    """The principal is back earlier; what has not begun is forgotten."""
    moment = at or timezone.now()
    said = values(substitute, "substitute", "starts_at", "ends_at")
    record(Event.SUBSTITUTE_ENDED, by=by, subject=substitute.principal, before=said)
    if substitute.starts_at >= moment:
        people = [substitute.principal_id, substitute.substitute_id]
        substitute.delete()
        tell(people, [])
        return
    substitute.ends_at = min(substitute.ends_at, moment)
    substitute.save(update_fields=["ends_at"])
    announce_substitutes(now=moment)


@transaction.atomic
def announce_substitutes(*, now: datetime) -> int:
    """Tell the engine of substitutes who have begun or ended since the last time. How many."""
    rows = list(Substitute.objects.unannounced(now).select_for_update(skip_locked=True))
    for row in rows:
        row.began = True
        row.ended = row.ends_at <= now
    Substitute.objects.bulk_update(rows, ["began", "ended"])
    tell([user for row in rows for user in (row.principal_id, row.substitute_id)], [])
    return len(rows)
