"""What contracts say of their customers: a tab of the page, figures, what is open, what is won."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.contracts.models import SalesContract
from apps.contracts.services import keeps_won, open_contracts, payments_of
from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import money
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.extras import PagePart, page_part
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kind_of
from apps.core.kinds.related import RelatedTab
from apps.core.kinds.versions import IN_FORCE
from apps.sales.customers.belongings import Belonging, belongings
from apps.sales.customers.blockers import MOST, Blocker, blockers
from apps.sales.customers.kind import CustomerKind
from apps.sales.customers.overview import Figure, figures
from apps.sales.customers.wins import wins
from apps.sales.models import Customer

CONTRACT = "contracts.salescontract"


@CustomerKind.tab("contracts", label=gettext_lazy("Sales contracts"))
class ContractsTab(RelatedTab):
    """The contracts with a customer."""

    position = 30
    of, by = CONTRACT, "customer"
    columns = ("number", "name", "gross", "state", "date", "ends_on", "owner")
    order = ("-date", "-pk")
    why = gettext_lazy("Make one here, or from an opportunity, whose products come along then.")


@page_part("same-customer", label=gettext_lazy("Of the same customer"), position=50)
class SameCustomer(PagePart, RelatedTab):
    """What an approver wants to know of the customer: what it owes, and its other contracts."""

    place = "related"
    template = "contracts/_same_customer.html"
    of, by = CONTRACT, "customer"
    columns = ("number", "name", "gross", "state", "date")
    order = ("-date", "-pk")
    adds = False

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return kind.key == CONTRACT and record.customer_id is not None

    def root(self, record: Any) -> int:
        return int(record.customer_id)

    def rows(self, record: Any, rights: Rights) -> QuerySet[Any]:
        return super().rows(record, rights).exclude(pk__in=(record.pk, record.amends_id))

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        owes = list(_figures(record.customer, rights))
        return {**super().context(request, record), "tab": self, "figures": owes}


def _figures(customer: Customer, rights: Rights) -> Iterator[Figure]:
    kind = kind_of(SalesContract)
    seen = kind.queryset(rights).filter(customer=customer.pk, state__in=IN_FORCE)
    count, signed, unpaid, overdue = payments_of(seen, today=timezone.localdate())
    list_url = f"{url_of(kind, 'list')}?{urlencode({'customer': customer.pk})}"
    said = _("%(count)s in force") % {"count": count}
    yield Figure(_("Signed in contracts"), money(signed), said, list_url)
    yield Figure(
        _("Still to be paid"),
        money(unpaid),
        _("%(amount)s overdue") % {"amount": money(overdue)} if overdue else "",
        f"{url_of(kind_of(Customer), 'page', customer.pk)}?tab=contracts",
        "red" if overdue else "",
    )


def _blockers(customer_id: int) -> Sequence[Blocker]:
    return [
        Blocker(
            pgettext_lazy("open", "unpaid contract")
            if contract.state == ApprovalState.APPROVED
            else pgettext_lazy("open", "contract being approved"),
            f"{contract.number} {contract.name}",
            contract.business_key,
        )
        for contract in open_contracts(customer_id)[:MOST]
    ]


figures.add(CONTRACT, lambda customer, rights: list(_figures(customer, rights)))
blockers.add(CONTRACT, _blockers)
wins.add(CONTRACT, keeps_won)
belongings.add(
    CONTRACT,
    Belonging(
        label=gettext_lazy("Sales contracts"),
        find=lambda customers: SalesContract.objects.filter(
            SalesContract.LISTED,
            customer__in=customers,
            state__in=(ApprovalState.DRAFT, ApprovalState.APPROVED),
        ),
        usual=False,
    ),
)
