"""What is open with a customer: it can't be closed before, and is warned of before it goes dormant.

Whoever has such things enters a finder: `blockers.add("contracts.salescontract", find)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.core.kinds.addresses import url_of_key
from engine.registry import Registry

MOST: Final = 20  # of one sort that are named


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something open: what is open about it (“unpaid contract”), its name, its business key."""

    what: str | Promise
    name: str
    business_key: str

    @property
    def url(self) -> str:
        """Its page, which asks for the right to see it."""
        return url_of_key(self.business_key)

    def __str__(self) -> str:
        return _("%(what)s “%(name)s”") % {"what": self.what, "name": self.name}


Finder: TypeAlias = Callable[[int], Sequence[Blocker]]

blockers: Final[Registry[Finder]] = Registry("blocker of closing a customer")
"""Name → what is open with the customer of that id, no more than `MOST`."""


def blockers_of(customer_id: int) -> list[Blocker]:
    """Everything that is open with a customer."""
    return [one for name in sorted(blockers) for one in blockers[name](customer_id)]
