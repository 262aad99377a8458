"""What goes along when a customer gets another owner: contacts, and what is open with it.

Whoever has such things enters them: `belongings.add("sales.opportunity", Belonging(…))`. Only what
belongs to the customer's owner goes along; what a colleague does for the customer stays theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise

from apps.core.kinds.registry import kinds
from apps.core.kinds.services import give_records
from apps.core.kinds.versions import together
from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Belonging:
    """Records of a kind that hang on customers. `find(customers)` gives those that could go along;
    `usual`: they do, unless somebody says otherwise."""

    label: str | Promise
    find: Callable[[Sequence[int]], QuerySet[Any]]
    usual: bool = True


belongings: Final[Registry[Belonging]] = Registry("belonging of a customer")
"""By the key of their kind."""


def usual_belongings() -> tuple[str, ...]:
    """Keys of what goes along unless somebody says otherwise."""
    return tuple(sorted(key for key in belongings if belongings[key].usual))


def count_belongings(customer_id: int, owner: int) -> dict[str, int]:
    """How many of each would go along."""
    return {
        key: belongings[key].find([customer_id]).filter(owner=owner).count()
        for key in sorted(belongings)
    }


def give_belongings(customer_id: int, *, owner: int, to: int, keys: Sequence[str]) -> int:
    """Give the records of these kinds to the new owner, in the caller's transaction; how many."""
    given = 0
    for key in sorted(set(keys)):
        kind = kinds[key]
        found = belongings[key].find([customer_id]).filter(owner=owner).values("pk")
        rows = kind.model._default_manager.filter(together(kind.model, found)).order_by("pk")
        given += give_records(kind, list(rows.select_for_update(of=("self",))), to)
    return given
