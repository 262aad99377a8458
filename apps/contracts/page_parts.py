"""What contracts say of their customers: a tab of the page, figures, what is open, what is won."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.contracts.models import SalesContract
from apps.contracts.services import keeps_won, open_contracts, payments_of
from apps.core.access.rights import Rights
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import money
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kind_of
from apps.core.kinds.related import RelatedTab
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


def _figures(customer: Customer, rights: Rights) -> Iterator[Figure]:
    kind = kind_of(SalesContract)
    seen = kind.queryset(rights).filter(customer=customer.pk, state=ApprovalState.APPROVED)
    count, signed, unpaid, overdue = payments_of(seen, today=timezone.localdate())
    list_url = f"{url_of(kind, 'list')}?{urlencode({'customer': customer.pk})}"
    said = _("%(count)s in force") % {"count": count}
    yield Figure(_("Signed in contracts"), money(signed), said, list_url)
    yield Figure(
        _("Still to be paid"),
        money(unpaid),
        _("%(amount)s overdue") % {"amount": money(overdue)} if overdue else "",
        "?tab=contracts",
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
            customer__in=customers, state__in=(ApprovalState.DRAFT, ApprovalState.APPROVED)
        ),
        usual=False,
    ),
)
