"""Whose a customer is, and who works on it too. The audit log tells who settled it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import move_records, require_viewer
from apps.sales.customers.belongings import give_belongings, usual_belongings
from apps.sales.customers.models import Collaborator, Customer
from apps.sales.customers.protection import protected_from
from apps.sales.customers.services.survivors import lock_customer
from engine.exceptions import InvalidData
from engine.organisation import organisation


@transaction.atomic
def transfer_customer(
    *,
    customer_id: int,
    to: int,
    rights: Rights | None = None,
    by: int | None = None,
    along: Sequence[str] | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> Customer:
    """Give a customer to a colleague, with what goes along (`along`: keys of belongings; None: what
    usually does). A new period of protection begins. To whom a dormant or closed one will be
    restored stays as it was.

    `rights` are of whoever asks for it; a process, which has decided, gives `by` instead. Raises
    NotAllowed, and InvalidData where that colleague can't have it."""
    moment = now or timezone.now()
    customer = lock_customer(customer_id)
    kind = kind_of(customer)
    if rights is not None:
        kind.require(rights, Action.HAND_OVER, customer)
        by = rights.user
    before = customer.owner_id
    if before == to:
        raise InvalidData(
            _("%(customer)s is with %(name)s already.") % {"customer": customer, "name": _name(to)},
            errors={"to": [_("Choose somebody else.")]},
        )
    customer.changed_by_id, customer.changed_at = by, moment
    move_records(kind, [customer], to)
    customer.protected_until = protected_from(moment)
    customer.save(update_fields=["protected_until"])
    keys = usual_belongings() if along is None else along
    given = give_belongings(customer.pk, owner=before, to=to, keys=keys)
    record(
        Event.TRANSFERRED,
        by=by,
        subject=customer,
        before={"owner": _name(before)},
        after={"owner": _name(to), "along": given},
        reason=reason,
    )
    return customer


def note_new_owners(customers: Sequence[Customer], before: Mapping[int, int]) -> None:
    """Locked customers have got another owner, all of a leaver's for example: a new period of
    protection begins, and their story tells. `before`: whose each was (ids)."""
    now = timezone.now()
    names = organisation().names({*before.values(), *(each.owner_id for each in customers)})
    for customer in customers:
        customer.protected_until = protected_from(now)
        record(
            Event.TRANSFERRED,
            by=customer.changed_by_id,
            subject=customer,
            before={"owner": names.get(before[customer.pk], "?")},
            after={"owner": names.get(customer.owner_id, "?")},
        )
    Customer.objects.bulk_update(customers, ["protected_until"], batch_size=1000)


@transaction.atomic
def share_customer(
    *, customer_id: int, user: int, rights: Rights | None = None, by: int | None = None
) -> bool:
    """Let a colleague work on a customer too, and so see it; False where they do already.

    `rights` are of whoever asks for it; a process gives `by` instead. Raises NotAllowed, and
    InvalidData for the owner, or somebody who has left or may see no customers."""
    customer = lock_customer(customer_id)
    by = _require_sharing(customer, rights, by)
    if user == customer.owner_id:
        message = _("%(name)s owns it.") % {"name": _name(user)}
        raise InvalidData(message, errors={"user": [message]})
    if user not in organisation().active([user]):
        message = _("Choose a colleague who works here.")
        raise InvalidData(message, errors={"user": [message]})
    if customer.collaborators.filter(user=user).exists():
        return False
    require_viewer(kind_of(customer), user, field="user")
    last = customer.collaborators.aggregate(row=Max("row"))["row"] or 0
    Collaborator.objects.create(document=customer, user_id=user, row=last + 1)
    _changed(customer, by)
    record(Event.SHARED, by=by, subject=customer, after={"with": _name(user)})
    return True


@transaction.atomic
def unshare_customer(
    *, customer_id: int, user: int, rights: Rights | None = None, by: int | None = None
) -> bool:
    """A colleague no longer works on a customer; False where they didn't. Raises NotAllowed."""
    customer = lock_customer(customer_id)
    by = _require_sharing(customer, rights, by)
    gone, _rows = customer.collaborators.filter(user=user).delete()
    if gone:
        _changed(customer, by)
        record(Event.UNSHARED, by=by, subject=customer, before={"with": _name(user)})
    return bool(gone)


def _require_sharing(customer: Customer, rights: Rights | None, by: int | None) -> int | None:
    if rights is None:
        return by
    kind_of(customer).require(rights, "share", customer)
    return rights.user


def _changed(customer: Customer, by: int | None) -> None:
    """Whoever has its form open is told: the form holds the colleagues too."""
    customer.version += 1
    customer.changed_by_id, customer.changed_at = by, timezone.now()
    customer.save(update_fields=["version", "changed_by", "changed_at"])


def _name(user: int) -> str:
    return organisation().names([user]).get(user, "?")
