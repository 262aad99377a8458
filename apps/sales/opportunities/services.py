"""Writes of opportunities: opened, moved from stage to stage, won, lost, reopened.

Each locks the row first, and notes in `StageChange` what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.kinds.services import require_seen
from apps.sales.customers.models import Customer, CustomerStage
from apps.sales.opportunities.models import (
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
    OpportunityState,
    StageChange,
    StageEvent,
)
from engine.exceptions import InvalidData, WrongState
from engine.organisation import organisation

OPEN_FOR: Final = timedelta(days=90)
"""Until when an opportunity is expected to be closed where nobody says it."""
CLOSE: Final = "close"
REOPEN: Final = "reopen"
FEN: Final = Decimal("0.01")


@transaction.atomic
def open_opportunity(
    *,
    customer: int,
    name: str,
    amount: Decimal,
    owner: int,
    now: datetime,
    by: int | None = None,
    stage: OpportunityStage | None = None,
    expected_on: date | None = None,
    **more: Any,
) -> Opportunity:
    """A new opportunity of a customer (primary keys), in the first stage unless another is given;
    `more`: further fields of the model (`contact_id`, `source_id`, `remarks` …).

    For processes, which ask for no rights; people use the form. Raises InvalidData where there is
    no stage to begin with, or the owner has left."""
    department = organisation().department_of(owner)
    if department is None:
        raise InvalidData(_("Choose a colleague who works here."))
    entered = stage or first_stage()
    opportunity = Opportunity(
        name=name,
        customer_id=customer,
        amount=amount,
        owner_id=owner,
        department_id=department,
        stage=entered,
        furthest=entered,
        expected_on=expected_on or timezone.localdate(now + OPEN_FOR),
        stage_since=now,
        created_at=now,
        created_by_id=by,
        changed_at=now,
        changed_by_id=by,
        version=1,
        **more,
    )
    make_searchable(opportunity, kind_of(Opportunity).search)
    opportunity.save()
    _note(opportunity, StageEvent.OPENED, to_stage=entered, by=by, now=now)
    return opportunity


def first_stage() -> OpportunityStage:
    """Where opportunities begin; raises InvalidData where every stage was taken out of use."""
    stage = OpportunityStage.objects.in_use().first()
    if stage is None:
        raise InvalidData(_("No stage of opportunities is in use: add one in the settings."))
    return stage


@transaction.atomic
def move_opportunity(
    *,
    opportunity: int,
    stage: int,
    rights: Rights,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Opportunity:
    """Move an open opportunity to another stage (primary keys). A win rate that was typed goes: it
    was that of the former stage. Where it stands there already nothing happens.

    Raises NotFound, NotAllowed, WrongState where it is closed, Conflict where somebody has changed
    it since version `seen_version`, InvalidData for a stage that is out of use."""
    row = _locked(opportunity, Action.CHANGE, rights)
    require_seen(row, seen_version)
    _require_open(row)
    if row.stage_id == stage:
        return row
    entered = OpportunityStage.objects.in_use().filter(pk=stage).first()
    if entered is None:
        raise InvalidData(
            _("This stage isn't in use any more."),
            errors={"stage": [_("This stage isn't in use any more.")]},
        )
    moment, left, since = now or timezone.now(), row.stage, row.stage_since
    row.stage, row.win_rate = entered, None
    enter_stage(row, left, since, by=rights.user, now=moment)
    _save(row, rights, moment, "stage", "win_rate", "stage_since", "furthest")
    return row


def enter_stage(
    row: Opportunity, left: OpportunityStage, since: datetime, *, by: int, now: datetime
) -> None:
    """Note that an opportunity has come from the stage it had been in `since` into `row.stage`. The
    caller, who holds the lock, saves the row."""
    row.stage_since, row.furthest = now, furthest_of(row)
    days = _days(since, now)
    _note(row, StageEvent.MOVED, from_stage=left, to_stage=row.stage, days=days, by=by, now=now)


def furthest_of(row: Opportunity) -> OpportunityStage:
    """The furthest stage it has reached, the one it stands in among them."""
    if row.furthest_id is None:
        return row.stage
    return max(row.furthest, row.stage, key=lambda stage: stage.place)


@transaction.atomic
def win_opportunity(
    *,
    opportunity: int,
    rights: Rights,
    reason: int | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Opportunity:
    """An open opportunity is won and leaves the funnel. `reason`: an entry of `win_reason`."""
    row, moment = _locked(opportunity, CLOSE, rights), now or timezone.now()
    _require_open(row)
    row.win_reason_id = reason
    _close(row, OpportunityState.WON, StageEvent.WON, note, rights, moment)
    return row


@transaction.atomic
def lose_opportunity(
    *,
    opportunity: int,
    rights: Rights,
    reason: int,
    lost_to: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Opportunity:
    """An open opportunity is lost and leaves the funnel. `reason`: an entry of `loss_reason`;
    `lost_to`: the competitor who sells instead, where it is known."""
    row, moment = _locked(opportunity, CLOSE, rights), now or timezone.now()
    _require_open(row)
    row.loss_reason_id, row.lost_to = reason, lost_to
    _close(row, OpportunityState.LOST, StageEvent.LOST, note, rights, moment)
    return row


@transaction.atomic
def reopen_opportunity(
    *, opportunity: int, rights: Rights, now: datetime | None = None
) -> Opportunity:
    """A closed opportunity comes back into the stage it stood in."""
    row, moment = _locked(opportunity, REOPEN, rights), now or timezone.now()
    if row.state == OpportunityState.OPEN:
        raise WrongState(_("“%(name)s” is open already.") % {"name": row})
    _require_customer(row)
    row.state, row.closed_at, row.stage_since = OpportunityState.OPEN, None, moment
    row.win_reason = row.loss_reason = None
    row.lost_to = row.closing_note = ""
    _save(row, rights, moment, "stage_since", *CLOSING)
    _note(row, StageEvent.REOPENED, to_stage=row.stage, by=rights.user, now=moment)
    return row


CLOSING: Final = (
    "state",
    "closed_at",
    "win_reason",
    "loss_reason",
    "lost_to",
    "closing_note",
)


def _locked(pk: int, action: str, rights: Rights) -> Opportunity:
    """The row that somebody changes, locked; raises NotFound, NotAllowed."""
    kind = kind_of(Opportunity)
    found = kind.find(rights, pk)
    kind.require(rights, action, found)
    locked: Opportunity = (
        Opportunity.objects.select_for_update(of=("self",))
        .select_related("stage", "furthest")
        .get(pk=pk)
    )
    return locked


def _require_open(row: Opportunity) -> None:
    if row.state != OpportunityState.OPEN:
        raise WrongState(
            _("“%(name)s” is closed (%(state)s): reopen it first.")
            % {"name": row, "state": row.get_state_display()}
        )


def _require_customer(row: Opportunity) -> None:
    """Raises InvalidData for a customer that is closed. Its row is locked, as it is where it is
    closed: neither happens behind the other's back."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=row.customer_id)
    if customer.stage == CustomerStage.CLOSED:
        said = _("“%(customer)s” is closed: restore it first.") % {"customer": customer}
        raise InvalidData(said, errors={"customer": [said]})


def _close(
    row: Opportunity,
    state: OpportunityState,
    event: StageEvent,
    note: str,
    rights: Rights,
    now: datetime,
) -> None:
    row.state, row.closed_at, row.closing_note = state, now, note
    _save(row, rights, now, *CLOSING)
    days = _days(row.stage_since, now)
    _note(row, event, from_stage=row.stage, days=days, by=rights.user, now=now)


def _save(row: Opportunity, rights: Rights, now: datetime, *fields: str) -> None:
    row.version += 1
    row.changed_by_id, row.changed_at = rights.user, now
    row.save(update_fields=["version", "changed_by", "changed_at", *fields])


def _days(since: datetime, now: datetime) -> int:
    return max((now - since).days, 0)


def _note(
    row: Opportunity,
    event: StageEvent,
    *,
    by: int | None,
    now: datetime,
    from_stage: OpportunityStage | None = None,
    to_stage: OpportunityStage | None = None,
    days: int | None = None,
) -> None:
    StageChange.objects.create(
        opportunity=row,
        event=event,
        from_stage=from_stage,
        to_stage=to_stage,
        at=now,
        by_id=by,
        days=days,
    )


def work_out(row: Opportunity, products: Sequence[OpportunityProduct]) -> None:
    """What isn't typed of an opportunity that is about to be saved: prices and amounts of its
    products, what they come to where no amount is given, and how far it has come."""
    for line in products:
        if line.price is None:
            line.price = line.product.standard_price
        line.amount = (line.quantity * line.price).quantize(FEN, ROUND_HALF_UP)
    if row.amount is None:
        row.amount = sum((line.amount for line in products), Decimal(0))
    row.furthest = furthest_of(row)


def note_saved(row: Opportunity, before: Opportunity | None, *, by: int, now: datetime) -> None:
    """Note what the form did to an opportunity's stage, in the transaction of its save; `before`:
    as it was stored, None of a new one."""
    if before is None:
        _require_customer(row)
        _note(row, StageEvent.OPENED, to_stage=row.stage, by=by, now=row.stage_since)
    elif before.stage_id != row.stage_id:
        _require_open(before)
        enter_stage(row, before.stage, before.stage_since, by=by, now=now)
        row.save(update_fields=["stage_since", "furthest"])
