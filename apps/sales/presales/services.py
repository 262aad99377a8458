"""Writes of presales requests beyond their form."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.kinds.services import live_instance
from apps.sales.presales.models import PresalesRequest
from engine import instances
from engine.exceptions import NotFound, WrongState


def cancel_request(*, request: int, by: int, reason: str, now: datetime | None = None) -> None:
    """Whoever asked for support, or has the request by now, doesn't need it any more: its process
    ends wherever it stands. Raises NotFound, NotAllowed for anybody else, WrongState where nothing
    is under way."""
    found = PresalesRequest.objects.filter(pk=request).first()
    if found is None:
        raise NotFound(_("There is no request %(pk)s.") % {"pk": request})
    case = live_instance(found.business_key)
    if case is None:
        raise WrongState(_("%(number)s isn't under way.") % {"number": found.number})
    if by == found.owner_id:
        said = {"by": by, "reason": reason}
        instances.correlate(instances.WITHDRAW, found.business_key, payload=said, by=by, now=now)
    else:
        instances.withdraw(case.pk, user=by, reason=reason, now=now)


@transaction.atomic
def lock_request(pk: int) -> PresalesRequest:
    """The locked row; raises NotFound."""
    found = PresalesRequest.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no request %(pk)s.") % {"pk": pk})
    return found
