"""What hangs on customers is seen with them (docs/decisions.md, Sales)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet

from apps.core.access.actions import Action, Scope
from apps.core.access.rights import Rights
from apps.core.kinds.models import RecordQuerySet, is_any, seldom
from apps.sales.customers.models import Collaborator, Customer

LOOKING: Final = frozenset({Action.VIEW, Action.ADD, Action.PRINT, Action.EXPORT})
"""What may be done with a record that somebody sees because of its customer only; a copy is added
as their own."""
SHARED: Final = LOOKING | {Action.CHANGE, Action.ATTACH}
"""What those do with whom a customer is shared: they work on it. Whose it is, and what becomes of
it, settle those in whose scope it lies."""


def of_customers(customers: QuerySet[Any, Any], *, few: bool) -> Q:
    """What hangs on one of these. `few`: where little else is seen, they are found by their index,
    as owners are by theirs; of a wide scope most rows are gone through anyhow, each then looked up
    in a hash."""
    return Q(is_any("customer", ArraySubquery(customers)) if few else seldom("customer", customers))


class OfCustomerQuerySet(RecordQuerySet):
    """Reads of records with a foreign key `customer`."""

    def reasons_beside_scope(self, rights: Rights) -> Sequence[Q]:
        """Whatever the scope, what hangs on customers that are their own or shared with them."""
        own = Customer.objects.filter(owner=rights.user).order_by().values("pk")
        shared = Collaborator.objects.filter(user=rights.user).order_by().values("document")
        few = rights.scope(self.model._meta.label_lower) is Scope.OWN
        return (of_customers(own.union(shared, all=True), few=few),)
