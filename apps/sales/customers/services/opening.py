"""A customer begins, and is heard from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.sales.customers.entering import complete
from apps.sales.customers.models import Customer
from apps.sales.customers.protection import protected_from
from apps.sales.customers.services.survivors import survivor_of
from engine.exceptions import Conflict, InvalidData
from engine.organisation import organisation


@transaction.atomic
def open_customer(
    *,
    name: str,
    owner: int,
    by: int | None = None,
    now: datetime | None = None,
    level: DictionaryEntry | None = None,
    **given: Any,
) -> Customer:
    """A customer in talk, with whatever else is known of it (`phone=`, `industry=` …); of the
    lowest level where none is given. For what decides by itself that there is a new customer, such
    as a promotion; people add one by its form.

    Raises Conflict where there is a customer of that name already (`data["customer"]` is its id),
    InvalidData where the owner belongs to no department."""
    moment = now or timezone.now()
    tidy = " ".join(name.split())
    _require_new(tidy)
    customer = Customer(
        name=tidy,
        level=level or _lowest_level(),
        owner_id=owner,
        department_id=_department(owner),
        created_by_id=by,
        created_at=moment,
        changed_by_id=by,
        changed_at=moment,
        stage_since=moment,
        protected_until=protected_from(moment),
        version=1,
        **given,
    )
    complete(customer)
    make_searchable(customer, kind_of(customer).search)
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError:
        _require_new(tidy)
        raise
    return customer


def _require_new(name: str) -> None:
    known = Customer.objects.filter(name=name).first()
    if known is not None:
        raise Conflict(
            _("There is a customer “%(name)s” already.") % {"name": name},
            by=known.created_by_id,
            at=known.created_at,
            customer=survivor_of(known.pk),
        )


def _lowest_level() -> DictionaryEntry:
    levels = DictionaryEntry.objects.filter(dictionary="customer_level", active=True)
    found = levels.last()
    if found is None:
        raise InvalidData(_("There are no customer levels: add one in the dictionaries."))
    return found


def _department(owner: int) -> int:
    department = organisation().department_of(owner)
    if department is None:
        raise InvalidData(_("The owner belongs to no department."), errors={"owner": [str(owner)]})
    return department


def touch_customer(*, customer_id: int, at: datetime) -> None:
    """The customer was in contact with us at that time; an earlier contact changes nothing."""
    found = Customer.objects.filter(pk=survivor_of(customer_id))
    found.update(last_contact_at=Greatest("last_contact_at", Value(at)))
