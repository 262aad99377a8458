"""Rules of sales contracts: what keeps them from being submitted, how they are approved, and what
follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.contracts import services
from apps.contracts.models import Instalment, SalesContract, SalesContractLine
from apps.contracts.services import outstanding
from apps.contracts.terms import work_out
from apps.core.access.rights import Rights
from apps.core.approval.departments import department_facts
from apps.core.kinds.parts import Risk, flags
from apps.core.links.services import link_documents, unlink_documents
from apps.sales import crediting
from apps.sales.customers.invoicing import OLD_TAX_ID, warnings_of_tax_id
from apps.sales.customers.services import unwin_customer, win_customer
from engine.operations import Context

OPPORTUNITY = "sales.opportunity"
Problems = dict[str, list[str]]

UNDER_FLOOR = Risk("under_floor", _lazy("Under the floor price"), level="danger")
OVER_CREDIT = Risk("over_credit", _lazy("Over the credit limit"), level="danger")
IN_ARREARS = Risk("in_arrears", _lazy("Customer in arrears"))
RISK_FLAGS = flags(UNDER_FLOOR, OVER_CREDIT, IN_ARREARS, OLD_TAX_ID)


def read_along(contracts: QuerySet[SalesContract]) -> QuerySet[SalesContract]:
    return services.with_arrears(contracts)


def prepare(contract: SalesContract, lines: Mapping[str, Sequence[Any]]) -> None:
    work_out(contract, lines.get("lines", ()), lines.get("instalments", ()))


def saved(contract: SalesContract, before: Any, rights: Rights, now: datetime) -> None:
    """What was chosen as its opportunity is what it was made from. Amendments change nothing."""
    was = before.opportunity_id if before is not None else None
    if contract.amends_id is not None or was == contract.opportunity_id:
        return
    if was is not None:
        unlink_documents(source=f"{OPPORTUNITY}:{was}", target=contract.business_key)
    if contract.opportunity is not None:
        link_documents(
            source=contract.opportunity.business_key,
            target=contract.business_key,
            by=rights.user,
            now=now,
        )


def problems(contract: SalesContract) -> Problems:
    """Messages by field; "" for the whole."""
    found: Problems = {}
    for name in ("signed_on", "ends_on"):
        if getattr(contract, name) is None:
            found[name] = [_("Is needed before it is submitted.")]
    if contract.amends_id is not None and contract.amends.customer_id != contract.customer_id:
        found["customer"] = [_("An amendment is agreed with the same customer.")]
    lines = list(contract.lines.select_related("product"))
    if not lines:
        found[""] = [_("There is no product in it.")]
    for index, line in enumerate(lines):
        line.document = contract
        if line.under_floor and not line.reason.strip():
            found[f"lines-{index}-reason"] = [_reason_missing(line)]
    found |= _schedule_problems(contract)
    return found


def _reason_missing(line: SalesContractLine) -> str:
    return _("%(price)s is under the floor price of %(floor)s: give the reason.") % {
        "price": _price(line),
        "floor": _plain(line.floor_price or Decimal(0)),
    }


def _price(line: SalesContractLine) -> str:
    """What is asked for one of it, as it is compared with the floor price."""
    price = _plain(line.paid_price)
    if not line.share:
        return price
    return _("%(price)s after the discount on the whole") % {"price": price}


def _schedule_problems(contract: SalesContract) -> Problems:
    instalments = list(contract.instalments.all())
    amounts = [instalment.amount or Decimal(0) for instalment in instalments]
    if not amounts:
        return {"instalments": [_("The payment schedule is empty.")]}
    stands = {instalment.was: instalment.amount for instalment in instalments}
    lost = [due for due in contract.due_before.values() if stands.get(due.pk) != due.amount]
    if lost:
        return {"instalments": [_lost(due) for due in lost]}
    if min(amounts) < 0:
        return {"instalments": [_("More is due already than the contract comes to.")]}
    if sum(amounts) == contract.gross:
        return {}
    text = _("The payment schedule adds up to %(sum)s, the contract to %(gross)s.")
    if not stands.keys() - contract.due_before.keys():
        text = _(
            "The payment schedule adds up to %(sum)s, the contract to %(gross)s: what was due"
            " stays, so the difference of %(rest)s needs an instalment of its own."
        )
    whole = sum(amounts, Decimal(0))
    values = {"sum": whole, "gross": contract.gross, "rest": contract.gross - whole}
    return {"instalments": [text % {name: _plain(value) for name, value in values.items()}]}


def _lost(due: Instalment) -> str:
    text = _("“%(label)s” was due on %(day)s: its %(amount)s stay as they are.")
    return text % {
        "label": due.label,
        "day": due.due_on,
        "amount": _plain(due.amount or Decimal(0)),
    }


def facts(contract: SalesContract) -> dict[str, Any]:
    """What the approval matrix asks for. Whether the limit is passed is kept, as the list and the
    page of the contract tell it too."""
    contract.over_credit = services.over_credit(contract)
    contract.save(update_fields=["over_credit"])
    return {
        "kind": "sales_contract",
        "amount": contract.gross,
        "under_floor": contract.under_floor,
        "over_credit": contract.over_credit,
        **department_facts(contract.department_id),
    }


def take_effect(contract: SalesContract, context: Context) -> None:
    services.open_schedule(contract, now=context.now)
    if contract.credited_to_id is None:  # an amendment is the success of who made the contract
        contract.credit()
        contract.save(update_fields=crediting.FIELDS)
    win_customer(
        customer_id=contract.customer_id,
        cause=contract.business_key,
        by=context.decided.user if context.decided else None,
        now=context.now,
    )


def reverse_effects(contract: SalesContract, context: Context) -> None:
    unwin_customer(
        customer_id=contract.customer_id,
        cause=contract.business_key,
        by=context.actor,
        now=context.now,
    )
    services.close_schedule(contract)
    if contract.amends_id is None:
        contract.take_back_credit()
        contract.save(update_fields=crediting.FIELDS)


def risks(contract: SalesContract) -> list[Risk]:
    """Risk flags, the heaviest first."""
    found = []
    low = [line for line in _lines(contract) if line.under_floor] if contract.under_floor else []
    if low:
        text = "；".join(_low(line) for line in low)
        found.append(UNDER_FLOOR.because(text))
    if contract.over_credit:
        values = {
            "owed": _plain(outstanding(contract.customer_id, besides=contract)),
            "limit": _plain(contract.customer.credit_limit or Decimal(0)),
        }
        text = _("%(owed)s outstanding, the limit is %(limit)s.") % values
        found.append(OVER_CREDIT.because(text))
    if owed := services.arrears(contract):
        text = _("%(amount)s should have been paid by now.") % {"amount": _plain(owed)}
        found.append(IN_ARREARS.because(text))
    return found + warnings_of_tax_id(contract.tax_id)


def _lines(contract: SalesContract) -> list[SalesContractLine]:
    lines = list(contract.lines.all())
    for line in lines:
        line.document = contract
    return lines


def _low(line: SalesContractLine) -> str:
    return _("row %(row)s: %(price)s, floor %(floor)s, %(reason)s") % {
        "row": line.row,
        "price": _price(line),
        "floor": _plain(line.floor_price or Decimal(0)),
        "reason": line.reason or "—",
    }


def _plain(amount: Decimal) -> str:
    cents = amount.quantize(Decimal("0.01"))
    return f"¥{cents:,.2f}" if cents == amount else f"¥{amount:,.4f}"
