"""The stages of a customer: in talk or won, dormant or closed, and back (domain.md, 2)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access.rights import Rights
from apps.core.kinds.registry import kind_of
from apps.core.parameters.models import DictionaryEntry
from apps.sales import crediting
from apps.sales.customers.blockers import blockers_of
from apps.sales.customers.models import ALIVE, ASLEEP, Customer, CustomerStage, CustomerStageChange
from apps.sales.customers.protection import protected_from
from apps.sales.customers.services.survivors import lock_customer
from apps.sales.customers.wins import is_kept_won
from engine.exceptions import InvalidData, WrongState
from engine.organisation import Role, organisation

STAGED = (
    "stage",
    "stage_since",
    "stage_before",
    "owner_before",
    "stage_reason",
    "wake_up_on",
    "won_at",
    "won_by_hand",
    *crediting.FIELDS,
    "owner",
    "department",
    "protected_until",
    "version",
    "changed_by",
    "changed_at",
)
REFUSALS: dict[str, tuple[tuple[str, ...], str | Promise]] = {
    "dormant": (ALIVE, gettext_lazy("Only a customer in talk or won goes dormant.")),
    "close": (
        (CustomerStage.IN_TALK,),
        gettext_lazy("Only a customer in talk is closed. A dormant one is restored first."),
    ),
    "restore": (ASLEEP, gettext_lazy("Only a dormant or closed customer is restored.")),
    "win": (
        (CustomerStage.IN_TALK,),
        gettext_lazy("Only a customer in talk becomes won. A dormant one is restored first."),
    ),
}
"""What is done with a customer → the stages that let it happen, and what is said in others."""


def stage_refusal(customer: Customer, action: str) -> str:
    """Why the stage of a customer doesn't let an action happen; "" where it does."""
    stages, reason = REFUSALS[action]
    if customer.stage in stages:
        return ""
    said = {"customer": customer, "stage": customer.get_stage_display(), "reason": reason}
    return _("%(customer)s is in the stage “%(stage)s”. %(reason)s") % said


@transaction.atomic
def win_customer(
    *, customer_id: int, cause: str = "", by: int | None = None, now: datetime | None = None
) -> Customer:
    """What we wanted from a customer has come about: a contract takes effect (`cause`: its business
    key). Idempotent. A dormant or closed customer is won too: it has woken up."""
    customer = lock_customer(customer_id)
    if customer.stage != CustomerStage.WON:
        moment = now or timezone.now()
        if customer.won_at is None:  # woken up, it is whose success it was
            customer.won_at = moment
            customer.credit()
        move_to_stage(customer, CustomerStage.WON, by=by, now=moment, cause=cause)
    return customer


@transaction.atomic
def win_by_hand(*, customer_id: int, rights: Rights, now: datetime | None = None) -> Customer:
    """Somebody knows that the customer has bought. Raises NotAllowed, WrongState."""
    customer = _locked_for("win", customer_id, rights)
    moment = now or timezone.now()
    customer.won_at, customer.won_by_hand = moment, True
    customer.credit()
    move_to_stage(customer, CustomerStage.WON, by=rights.user, now=moment)
    return customer


@transaction.atomic
def unwin_customer(
    *, customer_id: int, cause: str = "", by: int | None = None, now: datetime | None = None
) -> Customer:
    """A contract (`cause`) isn't in force any more: in talk again, unless another one keeps the
    customer won or it was won by hand. Of a dormant one, what it will be restored to. Idempotent.
    """
    customer = lock_customer(customer_id)
    if customer.won_by_hand or is_kept_won(customer.pk):
        return customer
    if customer.stage == CustomerStage.WON:
        customer.won_at = None
        customer.take_back_credit()
        move_to_stage(
            customer, CustomerStage.IN_TALK, by=by, now=now or timezone.now(), cause=cause
        )
    elif customer.stage_before == CustomerStage.WON:
        customer.stage_before, customer.won_at = CustomerStage.IN_TALK, None
        customer.take_back_credit()
        customer.save(update_fields=["stage_before", "won_at", *crediting.FIELDS])
    return customer


@transaction.atomic
def make_dormant(
    *,
    customer_id: int,
    reason: DictionaryEntry,
    rights: Rights,
    wake_up_on: date | None = None,
    remarks: str = "",
    now: datetime | None = None,
) -> Customer:
    """Put a customer to rest, until a day on which its owner is reminded. What is open with it
    hinders nobody: whoever asks was warned. Raises NotAllowed, WrongState, and InvalidData for a
    day that has passed."""
    customer = _locked_for("dormant", customer_id, rights)
    moment = now or timezone.now()
    if wake_up_on is not None and wake_up_on <= timezone.localdate(moment):
        message = _("Choose a day to come.")
        raise InvalidData(message, errors={"wake_up_on": [message]})
    _leave(customer, reason)
    customer.wake_up_on = wake_up_on
    move_to_stage(customer, CustomerStage.DORMANT, by=rights.user, now=moment, remarks=remarks)
    return customer


@transaction.atomic
def close_customer(
    *,
    customer_id: int,
    reason: DictionaryEntry,
    rights: Rights,
    remarks: str = "",
    now: datetime | None = None,
) -> Customer:
    """The customer is lost. Raises NotAllowed, and WrongState where the stage doesn't allow it or
    something is open (`data["blockers"]`)."""
    customer = _locked_for("close", customer_id, rights)
    found = blockers_of(customer.pk)
    if found:
        raise WrongState(
            _("%(customer)s can't be closed while this is open: %(blockers)s.")
            % {"customer": customer, "blockers": _(", ").join(map(str, found))},
            blockers=[one.business_key for one in found],
        )
    _leave(customer, reason)
    move_to_stage(
        customer, CustomerStage.CLOSED, by=rights.user, now=now or timezone.now(), remarks=remarks
    )
    return customer


@transaction.atomic
def restore_customer(
    *,
    customer_id: int,
    rights: Rights | None = None,
    by: int | None = None,
    remarks: str = "",
    now: datetime | None = None,
) -> Customer:
    """Back to exactly the stage and the owner before. Where that owner has left, to the manager
    (`heir_of`). `rights` are of whoever asks for it; a process gives `by` instead. Raises
    NotAllowed, WrongState."""
    if rights is None:
        customer = lock_customer(customer_id)
        _require_stage(customer, "restore")
    else:
        customer, by = _locked_for("restore", customer_id, rights), rights.user
    moment = now or timezone.now()
    owner = restored_owner(customer)
    if owner != customer.owner_id:
        customer.protected_until = protected_from(moment)
    customer.owner_id = owner
    customer.department_id = organisation().department_of(owner) or customer.department_id
    move_to_stage(
        customer, CustomerStage(customer.stage_before), by=by, now=moment, remarks=remarks
    )
    return customer


def restored_owner(customer: Customer) -> int:
    """Who gets a dormant or closed customer when it is restored: the owner before; where they have
    left, the head of their department or else their superior, the next one up; where there is
    nobody, whoever has it now."""
    before = customer.owner_before_id or customer.owner_id
    people = organisation()
    if people.active([before]):
        return before
    department = people.department_of(before)
    heads = people.holders(Role.DEPARTMENT_HEAD, department=department) if department else ()
    candidates = [*heads, people.superior(before)]
    return next((user for user in candidates if user is not None), customer.owner_id)


def _locked_for(action: str, customer_id: int, rights: Rights) -> Customer:
    customer = lock_customer(customer_id)
    kind_of(customer).require(rights, action, customer)
    _require_stage(customer, action)
    return customer


def _require_stage(customer: Customer, action: str) -> None:
    refused = stage_refusal(customer, action)
    if refused:
        raise WrongState(refused)


def _leave(customer: Customer, reason: DictionaryEntry) -> None:
    """Keep what the customer will be restored to."""
    customer.stage_before, customer.owner_before_id = customer.stage, customer.owner_id
    customer.stage_reason = reason


def move_to_stage(
    customer: Customer,
    stage: CustomerStage,
    *,
    by: int | None,
    now: datetime,
    cause: str = "",
    remarks: str = "",
) -> None:
    """A locked customer comes to another stage; saved, with a line of its history. Whether it may
    is the caller's affair."""
    before = customer.stage
    customer.stage, customer.stage_since = stage, now
    if stage in ALIVE:
        customer.stage_before, customer.owner_before_id = "", None
        customer.stage_reason = customer.wake_up_on = None
    customer.won_by_hand = customer.won_by_hand and customer.won_at is not None
    customer.version += 1
    customer.changed_by_id, customer.changed_at = by, now
    customer.save(update_fields=STAGED)
    CustomerStageChange.objects.create(
        customer=customer,
        at=now,
        by_id=by,
        before=before,
        after=stage,
        owner_id=customer.owner_id,
        reason=customer.stage_reason,
        wake_up_on=customer.wake_up_on,
        cause=cause,
        remarks=remarks,
    )
