"""What isn't typed in a sales contract: offers, amounts, the payment schedule.

Called before each save, with the rows as the form made them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from apps.catalog.parameters import PRICES_INCLUDE_TAX
from apps.contracts import amounts
from apps.contracts.amounts import HUNDRED, ZERO, Typed, cents
from apps.contracts.models import DueRule, Instalment, SalesContract, SalesContractLine
from apps.core.kinds.following import take_over
from apps.core.parameters.parameters import COMPANY_NAME
from apps.core.phones import e164
from apps.sales.customers.choosing import numbers_of
from apps.sales.customers.invoicing import invoicing_of
from apps.sales.models import Basis
from apps.sales.pricing.offers import offers
from engine.exceptions import InvalidData

MOST: Final = Decimal(10) ** 13  # what the fields hold, in yuan
WHOLE_PAYMENT: Final = HUNDRED


def work_out(
    contract: SalesContract,
    lines: Sequence[SalesContractLine],
    instalments: Sequence[Instalment],
) -> None:
    """Fill in everything that follows from what was typed. Raises InvalidData for a discount of
    more than the whole, and amounts that are too large to be kept."""
    if contract.pk is None:
        contract.prices_include_tax = PRICES_INCLUDE_TAX.value()
    contract.our_entity = contract.our_entity or COMPANY_NAME.value()
    take_over(contract, "customer", invoicing_of)
    take_over(contract, "contact", numbers_of)
    contract.phone_e164 = e164(contract.phone)
    _describe(lines)
    _make_offers(contract, lines)
    for row, line in enumerate(lines, start=1):
        _price(row, line, contract.prices_include_tax)
    _take_discount_off(contract, lines)
    _add_up(contract, lines)
    _divide(contract, instalments)


def _describe(lines: Sequence[SalesContractLine]) -> None:
    """What the catalog says of the products as long as the contract is being written."""
    for line in lines:
        product = line.product
        if line.tax_rate is None:
            line.tax_rate = product.tax_rate
        line.tax_percent = line.tax_rate.percent
        line.spec = " ".join(filter(None, (product.model_name, product.spec)))[:200]
        line.unit = product.unit.name
        line.standard_price = product.standard_price
        line.floor_price = product.floor_price
        line.cost_price = product.reference_cost


def _make_offers(contract: SalesContract, lines: Sequence[SalesContractLine]) -> None:
    """Prices by the policies, but for those that somebody has typed; by the list as long as nobody
    has chosen a customer."""
    by_policy = []
    for line in lines:
        if line.offer is not None and line.basis in ("", Basis.TYPED):
            line.basis = Basis.TYPED
        else:
            by_policy.append(line)
    if not contract.customer_id:
        for line in by_policy:
            line.offer, line.basis = line.product.standard_price, Basis.STANDARD
        return
    if not by_policy:
        return
    wanted = [(line.product, line.quantity) for line in by_policy]
    found = offers(contract.customer, wanted, on=contract.date)
    for line, offer in zip(by_policy, found, strict=True):
        line.offer, line.basis = offer.price, offer.basis


def _price(row: int, line: SalesContractLine, prices_include_tax: bool) -> None:
    value = {Typed.PRICE: line.price, Typed.GROSS: line.gross}.get(Typed(line.typed), line.rate)
    figures = amounts.figures(
        quantity=line.quantity,
        offer=line.offer or ZERO,
        typed=line.typed,
        value=value,
        tax_percent=line.tax_percent,
        prices_include_tax=prices_include_tax,
    )
    if max(figures.gross, figures.price) >= MOST or figures.rate >= 10**5:
        raise InvalidData(
            _("Row %(row)s is too large.") % {"row": row},
            errors={f"lines-{row - 1}-quantity": [_("Too large.")]},
        )
    line.rate, line.price, line.gross = figures.rate, figures.price, figures.gross
    line.net = (
        amounts.without_tax(figures.gross, line.tax_percent).net
        if prices_include_tax
        else figures.amount
    )


def _take_discount_off(contract: SalesContract, lines: Sequence[SalesContractLine]) -> None:
    whole = sum((line.gross for line in lines), ZERO)
    if contract.discount > whole:
        raise InvalidData(
            _("The discount is more than the whole."),
            errors={"discount": [_("More than the whole: %(amount)s.") % {"amount": whole}]},
        )
    shares = amounts.spread(contract.discount, [line.gross for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line.share, line.total = share, line.gross - share
        if share:
            line.net = amounts.without_tax(line.total, line.tax_percent).net
        line.tax = line.total - line.net


def _add_up(contract: SalesContract, lines: Sequence[SalesContractLine]) -> None:
    contract.offer_total = sum(
        (cents(line.quantity * (line.offer or ZERO)) for line in lines), ZERO
    )
    contract.gross = sum((line.total for line in lines), ZERO)
    contract.net = sum((line.net for line in lines), ZERO)
    contract.tax = contract.gross - contract.net
    costs = [line.cost_price and line.cost_price * line.quantity for line in lines]
    contract.cost = None if None in costs else cents(sum(filter(None, costs), ZERO))
    if contract.gross >= MOST:
        raise InvalidData(_("The contract is too large."), errors={"": [_("Too large.")]})
    for line in lines:
        line.document = contract
    contract.under_floor = any(line.under_floor for line in lines)


# --- the payment schedule -------------------------------------------------------------------------
def _divide(contract: SalesContract, instalments: Sequence[Instalment]) -> None:
    """Amounts by percentages and percentages by amounts, whichever was typed; due dates as far as
    they are known. What is typed in percent and makes up the whole adds up to the cent. Of an
    amendment, what was due already stays, and the others make up the rest."""
    due = contract.due_before
    kept = [instalment for instalment in instalments if instalment.was in due]
    for instalment in kept:
        was = due[instalment.was]
        instalment.percent, instalment.amount, instalment.by_amount = (
            was.percent,
            was.amount,
            was.by_amount,
        )
    others = [instalment for instalment in instalments if instalment.was not in due]
    by_percent = [instalment for instalment in others if not instalment.by_amount]
    typed = sum((i.amount or ZERO for i in others if i.by_amount), ZERO)
    percents = [instalment.percent or ZERO for instalment in by_percent]
    agreed = sum((instalment.percent or ZERO for instalment in kept), sum(percents, ZERO))
    if not typed and agreed == WHOLE_PAYMENT:
        rest = contract.gross - sum((instalment.amount or ZERO for instalment in kept), ZERO)
        parts = amounts.spread(rest, percents)
    else:
        parts = [cents(contract.gross * percent / HUNDRED) for percent in percents]
    for instalment, part in zip(by_percent, parts, strict=True):
        instalment.amount = part
    for instalment in others:
        if instalment.by_amount:
            instalment.percent = _percent_of(instalment.amount or ZERO, contract.gross)
        instalment.due_on = instalment.due_after(_beginning(contract, instalment.rule))


def _percent_of(amount: Decimal, whole: Decimal) -> Decimal:
    return amounts.places(amount * HUNDRED / whole) if whole else ZERO


def _beginning(contract: SalesContract, rule: str) -> date | None:
    return {DueRule.SIGNED: contract.signed_on, DueRule.EFFECTIVE: contract.effective_on}.get(
        DueRule(rule)
    )
