"""Whatever hangs on a customer, found by itself: every foreign key to customers, and every business
key. A new table needs no line here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pghistory
from django.apps import apps
from django.db import models
from django.db.models import F, QuerySet
from django.utils.text import capfirst

from apps.core.kinds.models import Record
from apps.core.kinds.refinding import find_anew
from apps.core.kinds.registry import kinds
from apps.core.links.models import DocumentLink
from apps.sales.customers.models import Address, Collaborator, Customer, CustomerStageChange

STAYS = (CustomerStageChange,)
"""What tells how the customer itself came here; it is read together with that of the other one."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A field of a table by which its rows hang on a customer: by foreign key, or by its business
    key."""

    model: type[models.Model]
    field: str
    keyed: bool

    def rows(self, customer: Customer) -> QuerySet[Any]:
        """What hangs on this customer."""
        value = customer.business_key if self.keyed else customer.pk
        return self.model._base_manager.filter(**{self.field: value})

    @property
    def label(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))


@cache
def hooks() -> tuple[Hook, ...]:
    """All of them."""
    return tuple(_hooks())


def _hooks() -> Iterator[Hook]:
    for model in apps.get_models(include_auto_created=True):
        if model in STAYS or issubclass(model, pghistory.models.Event) or model._meta.proxy:
            continue
        for field in model._meta.concrete_fields:
            if field.related_model is Customer:
                yield Hook(model, field.name, keyed=False)
            elif field.name == "business_key":
                yield Hook(model, field.name, keyed=True)
    yield Hook(DocumentLink, "source", keyed=True)
    yield Hook(DocumentLink, "target", keyed=True)


def count_hanging(customer: Customer) -> list[tuple[str, int]]:
    """How many of what hang on a customer; nothing of which there is none."""
    counted: dict[str, int] = {}
    for hook in hooks():
        number = hook.rows(customer).count()
        if number:
            counted[hook.label] = counted.get(hook.label, 0) + number
    return sorted(counted.items())


def move_all(source: Customer, into: Customer, *, by: int | None, now: Any) -> dict[str, int]:
    """Hang everything of one locked customer on the other, also locked; how many of what."""
    moved = dict(count_hanging(source))
    _drop_doubles(source, into)
    for hook in hooks():
        _move(hook, source, into, by, now)
    return moved


def _drop_doubles(source: Customer, into: Customer) -> None:
    """Colleagues who work on both, the owner of the other among them, and addresses of both."""
    known = set(into.collaborators.values_list("user", flat=True)) | {into.owner_id}
    source.collaborators.filter(user__in=known).delete()
    places = set(into.addresses.values_list("region", "address"))
    for address in source.addresses.all():
        if (address.region, address.address) in places:
            address.delete()
    for model in (Address, Collaborator):  # theirs come after ours
        last = model.objects.filter(document=into).count()
        for row, line in enumerate(model.objects.filter(document=source), start=last + 1):
            model.objects.filter(pk=line.pk).update(row=row)


def _move(hook: Hook, source: Customer, into: Customer, by: int | None, now: Any) -> None:
    rows, new = hook.rows(source), into.business_key if hook.keyed else into.pk
    if hook.model is Customer and hook.field == "parent":
        rows = rows.exclude(pk=into.pk)  # it can't belong to itself
    if not issubclass(hook.model, Record):
        rows.update(**{hook.field: new})
        return
    # Whoever has one of these open is told that it has changed.
    changes = {"version": F("version") + 1, "changed_by": by, "changed_at": now}
    touched = [] if not _is_searched(hook) else list(rows.values_list("pk", flat=True))
    rows.update(**{hook.field: new}, **changes)
    if touched:
        find_anew(kinds[hook.model._meta.label_lower], touched)


def _is_searched(hook: Hook) -> bool:
    """Whether rows are found by what their customer is called."""
    kind = kinds.get(hook.model._meta.label_lower)
    return kind is not None and any(path.startswith(f"{hook.field}__") for path in kind.search)
