"""Contracts as a salesperson makes them: through the services, with the demo company's people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from apps.catalog.models import Product, ProductCategory, TaxRate
from apps.contracts.models import DueRule, Instalment, SalesContract, SalesContractLine
from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Employee, User
from apps.sales.models import Customer

DAY = date(2031, 3, 3)


def rights(username: str) -> Rights:
    return rights_of(User.objects.get_by_natural_key(username).pk)


def entry(dictionary: str, code: str) -> DictionaryEntry:
    return DictionaryEntry.objects.get(dictionary=dictionary, code=code)


def _owned(username: str) -> dict[str, int]:
    employee = Employee.objects.get(user__username=username)
    return {"owner_id": employee.pk, "department_id": employee.department_id}


def make_product(code: str = "UD-820", price: Any = 1000, **given: Any) -> Product:
    category, _made = ProductCategory.objects.get_or_create(name="设备")
    tax_rate = given.pop("tax", "13%")
    return Product.objects.create(
        code=code,
        name=given.pop("name", code),
        category=category,
        unit=entry("unit", "tai"),
        tax_rate=TaxRate.objects.get(name=tax_rate),
        standard_price=Decimal(price),
        **{**_owned(given.pop("owner", "linjing")), **given},
    )


def make_customer(name: str = "苏州平江路医院", **given: Any) -> Customer:
    owner = given.pop("owner", "qiuzhiyuan")
    level = entry("customer_level", given.pop("level", "C"))
    return Customer.objects.create(name=name, level=level, **_owned(owner), **given)


def line(product: Product, quantity: Any = 1, **given: Any) -> SalesContractLine:
    if "rate" in given:
        given.setdefault("typed", "rate")
    return SalesContractLine(
        product=product,
        quantity=Decimal(quantity),
        **{
            name: Decimal(value) if name in ("rate", "price", "gross", "offer") else value
            for name, value in given.items()
        },
    )


def instalment(percent: Any = None, amount: Any = None, **given: Any) -> Instalment:
    return Instalment(
        label=given.pop("label", "货款"),
        rule=given.pop("rule", DueRule.SIGNED),
        percent=None if percent is None else Decimal(percent),
        amount=None if amount is None else Decimal(amount),
        by_amount=percent is None,
        **given,
    )


def make_contract(
    *lines: SalesContractLine,
    by: str = "qiuzhiyuan",
    customer: Customer | None = None,
    instalments: list[Instalment] | None = None,
    **given: Any,
) -> SalesContract:
    """A draft that can be submitted."""
    contract = SalesContract(
        **{
            "name": "超声设备采购",
            "customer": customer or make_customer(owner=by),
            "date": DAY,
            "signed_on": DAY,
            "ends_on": date(2032, 3, 3),
            **given,
        }
    )
    return save_contract(contract, lines, instalments, by=by)


def save_contract(contract, lines, instalments=None, *, by: str = "qiuzhiyuan") -> SalesContract:
    """Save it as `by` with these lines; one instalment for all where none are given."""
    return save_record(
        kind=kind_of(SalesContract),
        record=contract,
        lines={
            "lines": list(lines),
            "instalments": [instalment(100)] if instalments is None else instalments,
        },
        rights=rights(by),
    )
