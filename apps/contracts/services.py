"""Reads and writes of contracts beyond their forms."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Now, TruncDate
from django.utils import timezone

from apps.contracts.models import DueRule, Instalment, SalesContract
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.versions import IN_FORCE

TO_BE_PAID = Q(document__state=ApprovalState.APPROVED, open_since__isnull=False)
"""Instalments of contracts in force that wait to be paid."""


def outstanding(customer: int, *, besides: SalesContract | None = None) -> Decimal:
    """What a customer has still to pay by the schedules of contracts in force, in yuan; besides a
    contract, of whichever version. Nothing is expected of closed ones."""
    waiting = Instalment.objects.filter(TO_BE_PAID, document__customer=customer).exclude(
        document__number=besides.number if besides else ""
    )
    return waiting.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def with_arrears(contracts: QuerySet[SalesContract]) -> QuerySet[SalesContract]:
    """The same, each with what its customer should have paid until now by the schedules of
    contracts in force, in yuan (`arrears`)."""
    late = Instalment.objects.filter(
        TO_BE_PAID, document__customer=OuterRef("customer"), due_on__lt=TruncDate(Now())
    )
    sums = late.order_by().values("document__customer").values(sum=Sum("amount"))
    return contracts.annotate(arrears=Coalesce(Subquery(sums), Value(Decimal(0))))


def arrears(contract: SalesContract) -> Decimal:
    """What `with_arrears` reads along; asked for where it wasn't."""
    read = vars(contract).get("arrears")
    if read is None:
        read = with_arrears(SalesContract.objects.filter(pk=contract.pk)).get().arrears
    return Decimal(read)


def open_contracts(customer: int) -> QuerySet[SalesContract]:
    """Contracts with a customer that are being approved, or in force and not paid yet; each once,
    whatever versions it has."""
    unpaid = Instalment.objects.filter(document=OuterRef("pk"), open_since__isnull=False)
    unpaid_before = Instalment.objects.filter(TO_BE_PAID, document=OuterRef("amends"))
    waiting = Q(state=ApprovalState.SUBMITTED) & ~Q(Exists(unpaid_before))
    return (
        SalesContract.objects.filter(customer=customer)
        .filter(waiting | Q(Exists(unpaid), state=ApprovalState.APPROVED))
        .order_by("pk")
    )


def keeps_won(customer: int) -> bool:
    """Whether a contract with a customer is in force, or has been fulfilled."""
    return SalesContract.objects.filter(customer=customer, state__in=IN_FORCE).exists()


def payments_of(contracts: QuerySet[Any], *, today: date) -> tuple[int, Decimal, Decimal, Decimal]:
    """Of some contracts: how many, what they come to, what is still to be paid of those that are
    not closed, what of it is overdue; in yuan."""
    whole = contracts.order_by().aggregate(count=Count("pk"), gross=Sum("gross"))
    waiting = Instalment.objects.filter(
        TO_BE_PAID, document__in=contracts.order_by().values("pk")
    ).aggregate(all=Sum("amount"), overdue=Sum("amount", filter=Q(due_on__lt=today)))
    zero = Decimal(0)
    return (
        whole["count"],
        whole["gross"] or zero,
        waiting["all"] or zero,
        waiting["overdue"] or zero,
    )


def over_credit(contract: SalesContract) -> bool:
    """Whether the customer would owe more than the credit limit with this contract. Without a
    limit nobody is over it."""
    limit = contract.customer.credit_limit
    if limit is None:
        return False
    return outstanding(contract.customer_id, besides=contract) + contract.gross > limit


def open_schedule(contract: SalesContract, *, now: datetime) -> None:
    """The contract takes effect: each instalment waits to be paid from now on, one that did so in
    the version before as long as there, and is due by the day of taking effect where it counts from
    that and no other day was agreed."""
    if contract.effective_on is None:
        contract.effective_on = timezone.localdate(now)
        contract.save(update_fields=["effective_on"])
    before = dict(
        Instalment.objects.filter(document=contract.amends_id).values_list("pk", "open_since")
    )
    instalments = list(contract.instalments.all())
    for instalment in instalments:
        instalment.open_since = before.get(instalment.was, now)  # None: it has been paid
        instalment.due_on = instalment.due_on or _worked_out(instalment, contract)
    Instalment.objects.bulk_update(instalments, ["open_since", "due_on"])


def _worked_out(instalment: Instalment, contract: SalesContract) -> date | None:
    """The due date that follows from the rule, where what it counts from has happened."""
    beginnings = {
        DueRule.EFFECTIVE: contract.effective_on,
        DueRule.SIGNED: contract.signed_on or contract.effective_on,
    }
    return instalment.due_after(beginnings.get(DueRule(instalment.rule)))


def close_schedule(contract: SalesContract) -> None:
    """The contract isn't in force any more: nothing waits to be paid, and the days that were worked
    out when it took effect are worked out anew the next time."""
    instalments = list(contract.instalments.all())
    for instalment in instalments:
        instalment.open_since = None
        agreed = instalment.rule == DueRule.DATE
        if not agreed and instalment.due_on == _worked_out(instalment, contract):
            instalment.due_on = None
    Instalment.objects.bulk_update(instalments, ["open_since", "due_on"])
    approved = contract.approved_at
    if (
        contract.amends_id is None
        and approved is not None
        and contract.effective_on == timezone.localdate(approved)
    ):
        contract.effective_on = None
        contract.save(update_fields=["effective_on"])
