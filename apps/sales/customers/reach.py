"""What hangs on customers is seen with them (docs/decisions.md, Sales)."""

from __future__ import annotations

from typing import Final, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q

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


class OfCustomerQuerySet(RecordQuerySet):
    """Reads of records with a foreign key `customer`."""

    def visible_to(self, rights: Rights) -> Self:
        """Those in scope, and those that `seen_by` adds."""
        kind = self.model._meta.label_lower
        if not rights.may(kind, Action.VIEW):
            return self.none()
        scope = rights.within(kind)
        # Nothing to ask for is everything: an “or” would drop it.
        return self.filter(scope | self.seen_by(rights)) if scope else self

    def seen_by(self, rights: Rights) -> Q:
        """What somebody sees whatever their scope: what hangs on customers that are their own or
        shared with them."""
        own = Customer.objects.filter(owner=rights.user).order_by().values("pk")
        shared = Collaborator.objects.filter(user=rights.user).order_by().values("document")
        customers = own.union(shared, all=True)
        if rights.scope(self.model._meta.label_lower) is Scope.OWN:
            # Few rows: as an array, customers are found by their index, as owners are by theirs.
            return Q(is_any("customer", ArraySubquery(customers)))
        # Many rows are gone through for a wide scope, each then looked up in a hash.
        return Q(seldom("customer", customers))
