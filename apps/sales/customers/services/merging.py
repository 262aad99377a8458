"""Two entries of one customer become one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.kinds.merging import merged_meanwhile
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.kinds.services import live_instance
from apps.sales import crediting
from apps.sales.customers.entering import complete
from apps.sales.customers.hanging import move_all
from apps.sales.customers.invoicing import INVOICING
from apps.sales.customers.models import ALIVE, Collaborator, Customer, CustomerStage
from apps.sales.customers.services.stages import move_to_stage
from engine.exceptions import Conflict, InvalidData, NotFound, WrongState
from engine.organisation import organisation

FILLED: Final = ("short_name", "industry", "region", "source", "website")
"""What the customer that stays takes over where it has nothing of its own."""
PHONE: Final = ("phone", "phone_e164")


def merge_refusal(source: Customer, into: Customer) -> str:
    """Why one customer can't be merged into another; "" where it can."""
    if source.pk == into.pk:
        return _("A customer can't be merged into itself.")
    if into.stage not in ALIVE and source.stage in ALIVE:
        return _(
            "“%(into)s” is in the stage “%(stage)s” and “%(source)s” isn't: restore it first, or"
            " merge the other way round."
        ) % {"into": into, "stage": into.get_stage_display(), "source": source}
    if live_instance(source.business_key) and live_instance(into.business_key):
        return _("A process is under way for both customers: let one of them end first.")
    return ""


@transaction.atomic
def merge_customers(
    *,
    source: int,
    into: int,
    rights: Rights | None = None,
    by: int | None = None,
    seen_versions: tuple[int, int] | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> Customer:
    """Hang everything of `source` on `into`, which stays; what `into` doesn't know it takes over.

    `source` remains as a stub that leads to `into` and is seen by nobody. Its owner works on the
    customer from then on, beside its owner. `rights` are of whoever asks for it; a process gives
    `by` instead. Raises NotAllowed, InvalidData for one and the same customer, WrongState where
    their stages or processes don't allow it, Conflict where one of them was merged or changed since
    `seen_versions` (of source and into) were looked at."""
    moment = now or timezone.now()
    if source == into:
        message = _("A customer can't be merged into itself.")
        raise InvalidData(message, errors={"into": [message]})
    gone, stays = _locked(source, into)
    if rights is not None:
        by = rights.user
        for customer in (gone, stays):
            kind_of(customer).require(rights, "merge", customer)
    _require_unchanged((gone, stays), seen_versions)
    refused = merge_refusal(gone, stays)
    if refused:
        raise WrongState(refused)
    _one_primary(gone, stays)
    try:
        with transaction.atomic():
            moved = move_all(gone, stays, by=by, now=moment)
    except IntegrityError as error:
        raise WrongState(
            _("Both customers have something of which there may be one only: settle that first.")
        ) from error
    _take_over(gone, stays, moment, by)
    _keep_owner(gone, stays)
    _leave_stub(gone, stays, moment, by)
    record(
        Event.MERGED,
        by=by,
        subject=stays,
        before={"merged": f"{gone} ({gone.business_key})"},
        after=moved,
        reason=reason,
    )
    return stays


def _locked(source: int, into: int) -> tuple[Customer, Customer]:
    """Both, locked in the order of their ids, so that two mergers never wait for each other."""
    rows = Customer.objects.select_for_update(of=("self",)).filter(pk__in=(source, into))
    found = {customer.pk: customer for customer in rows.order_by("pk")}
    for pk in (source, into):
        if pk not in found:
            raise NotFound(_("There is no customer %(pk)s.") % {"pk": pk})
    for customer in found.values():
        if customer.merged_into_id is not None:
            raise merged_meanwhile(customer)
    return found[source], found[into]


def _require_unchanged(customers: tuple[Customer, Customer], seen: tuple[int, int] | None) -> None:
    for customer, version in zip(customers, seen or (), strict=False):
        if customer.version != version:
            by = customer.changed_by_id
            raise Conflict(
                _("%(name)s has changed “%(customer)s” at %(time)s: look at what moves again.")
                % {
                    "name": organisation().names([by]).get(by, "?") if by else "?",
                    "customer": customer,
                    "time": timezone.localtime(customer.changed_at).strftime("%H:%M"),
                },
                by=by,
                at=customer.changed_at,
            )


def _one_primary(gone: Customer, stays: Customer) -> None:
    """The primary contact of the customer that stays remains it; if it has none, the other's."""
    if stays.contacts.filter(primary=True).exists():
        gone.contacts.filter(primary=True).update(primary=False)


def _take_over(gone: Customer, stays: Customer, now: datetime, by: int | None) -> None:
    blocks = [*((name,) for name in FILLED), PHONE]
    if not stays.tax_id:  # invoicing data of two firms are never mixed
        blocks.append(INVOICING)
    for names in blocks:
        if not getattr(stays, names[0]):
            for name in names:
                setattr(stays, name, getattr(gone, name))
    if gone.remarks and gone.remarks not in stays.remarks:
        both = f"{stays.remarks}\n{gone.remarks}".strip()
        stays.remarks = both[: Customer._meta.get_field("remarks").max_length]
    contacts = [at for at in (stays.last_contact_at, gone.last_contact_at) if at is not None]
    stays.last_contact_at = max(contacts, default=None)
    if stays.parent_id == gone.pk:
        stays.parent_id = gone.parent_id
    if _is_above(stays):
        stays.parent = None
    complete(stays)
    make_searchable(stays, kind_of(stays).search)
    stays.version += 1
    stays.changed_by_id, stays.changed_at = by, now
    stays.save()
    _take_over_success(gone, stays, now, by)


def _is_above(customer: Customer) -> bool:
    """Whether a customer would belong to itself, over however many others."""
    seen: set[int] = set()
    above = customer.parent_id
    while above is not None and above not in seen:
        if above == customer.pk:
            return True
        seen.add(above)
        above = Customer.objects.filter(pk=above).values_list("parent", flat=True).first()
    return False


def _take_over_success(gone: Customer, stays: Customer, now: datetime, by: int | None) -> None:
    """What the other one was won by is now this one's."""
    if CustomerStage.WON not in (gone.stage, gone.stage_before):
        return
    stays.won_by_hand = stays.won_by_hand or gone.won_by_hand
    won_at = min(at for at in (stays.won_at, gone.won_at, now) if at is not None)
    if won_at != stays.won_at:
        stays.won_at = won_at
        stays.credited_to_id = gone.credited_to_id or gone.owner_id
        stays.credited_unit_id = gone.credited_unit_id or gone.department_id
    if stays.stage == CustomerStage.IN_TALK:
        move_to_stage(stays, CustomerStage.WON, by=by, now=now, cause=gone.business_key)
        return
    if stays.stage == CustomerStage.DORMANT:
        stays.stage_before = CustomerStage.WON
    stays.save(update_fields=["won_by_hand", "won_at", "stage_before", *crediting.FIELDS])


def _keep_owner(gone: Customer, stays: Customer) -> None:
    """Who looked after the other one works on this one too, unless they have left."""
    owner = gone.owner_id
    known = stays.owner_id == owner or stays.collaborators.filter(user=owner).exists()
    if not known and owner in organisation().active([owner]):
        last = stays.collaborators.aggregate(row=Max("row"))["row"] or 0
        Collaborator.objects.create(document=stays, user_id=owner, row=last + 1)


def _leave_stub(gone: Customer, stays: Customer, now: datetime, by: int | None) -> None:
    gone.merged_into, gone.parent, gone.wake_up_on = stays, None, None
    gone.version += 1
    gone.changed_by_id, gone.changed_at = by, now
    gone.save()
