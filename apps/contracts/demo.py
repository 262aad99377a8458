"""The demo company's sales contracts: made, submitted and decided as people do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.catalog.demo import make_products
from apps.catalog.models import Product
from apps.contracts.models import DueRule, Instalment, SalesContract, SalesContractLine
from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.amending import amend_document
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record, submit_document
from apps.core.parameters.models import DictionaryEntry, ParameterValue
from apps.core.parameters.parameters import COMPANY_NAME
from apps.core.parameters.services import set_parameter
from apps.people.demo import COMPANY
from apps.sales.demo import make_customers, make_price_policies
from apps.sales.models import Basis, Customer
from engine import instances, tasks
from engine.models import HumanTask, TaskState

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPEN: Final = (TaskState.READY, TaskState.RESERVED)
SUBSTITUTE: Final = "substitute"

BUYERS: Final = 36
"""Customers with contracts: the last contracts, which wait, are with customers of the first."""

# What is sold together: code, quantity, discount rate (0: by the policies).
Goods = tuple[tuple[str, int, int], ...]
SETS: Final[Mapping[str, Goods]] = {
    "超声与探头采购": (("US-202", 1, 92), ("SP-101", 2, 95), ("SV-101", 1, 100)),
    "监护设备采购": (("PM-103", 6, 95), ("PM-301", 1, 98)),
    "检验科设备更新": (("LA-201", 1, 94), ("LA-402", 1, 100), ("CS-201", 20, 100)),
    "心电设备采购": (("EC-102", 2, 100), ("CS-102", 50, 100)),
    "高端超声采购": (("US-301", 1, 90), ("SV-102", 2, 100)),
    "耗材年度供应": (("CS-101", 300, 100), ("CS-103", 200, 100), ("CS-202", 12, 98)),
    "急诊监护扩容": (("PM-202", 5, 96), ("PM-203", 2, 96)),
    "便携超声下乡": (("US-101", 1, 100), ("SP-102", 1, 100)),
}
TENDER: Final[Goods] = (("US-202", 1, 86), ("PM-103", 12, 78), ("EC-103", 6, 90))
"""Its monitors go below the floor price."""
SCHEDULES: Final = ((30, 60, 10), (30, 65, 5), (100,), (50, 50))
LABELS: Final = {
    1: (("全款", DueRule.SIGNED, 15),),
    2: (("预付款", DueRule.SIGNED, 7), ("验收款", DueRule.ACCEPTED, 30)),
    3: (
        ("预付款", DueRule.SIGNED, 7),
        ("到货款", DueRule.DELIVERED, 30),
        ("质保金", DueRule.EFFECTIVE, 365),
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """An amendment of a contract in force: submitted `before` now, with more of the first product,
    delivered two weeks later."""

    more: int
    reason: str
    before: timedelta
    acts: tuple[str, ...] = ()


CHANGES: Final[Mapping[int, Change]] = {
    1: Change(2, "院方追加两台监护仪，随第二批一并交货", 4 * DAY, ("approve*",)),
    5: Change(100, "下半年用量上调，追加一百份", 6 * HOUR),
}
"""By the contracts that have been dealt with, the youngest first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A contract and what becomes of it: made `before` now, then decided one after the other.
    `approve*` is as many approvals as it takes."""

    title: str
    goods: Goods
    before: timedelta
    acts: tuple[str, ...] = ()
    submitted: bool = True
    discount: int = 0
    change: Change | None = None


def _plans() -> Iterator[Plan]:
    """24 that have been dealt with, and 25 that wait at one level or another."""
    names = list(SETS)
    for index in range(18):
        title = names[index % len(names)]
        yield Plan(
            title,
            SETS[title],
            (20 + 17 * index) * DAY,
            ("approve*",),
            discount=index % 3 * 100,
            change=CHANGES.get(index),
        )
    yield Plan("招标采购（超声、监护、心电）", TENDER, 12 * DAY, ("approve*",))
    yield Plan("超声与探头采购", SETS["超声与探头采购"], 9 * DAY, ("approve", "return"))
    yield Plan("检验科设备更新", SETS["检验科设备更新"], 8 * DAY, ("reject",))
    yield Plan("急诊监护扩容", SETS["急诊监护扩容"], 7 * DAY, ("withdraw",))
    yield Plan("心电设备采购", SETS["心电设备采购"], 2 * DAY, submitted=False)
    yield Plan("便携超声下乡", SETS["便携超声下乡"], 1 * DAY, submitted=False)
    waiting = (
        *(("监护设备采购", 0), ("检验科设备更新", 0), ("耗材年度供应", 0), ("心电设备采购", 0)),
        *(("超声与探头采购", 1), ("高端超声采购", 1), ("检验科设备更新", 1), ("便携超声下乡", 1)),
        *(("高端超声采购", 2), ("超声与探头采购", 2), ("急诊监护扩容", 0), ("监护设备采购", 1)),
    )
    for index in range(24):
        title, approvals = waiting[index % len(waiting)]
        yield Plan(title, SETS[title], (3 + 2 * index) * HOUR, ("approve",) * approvals)
    yield Plan("招标采购（超声、监护、心电）", TENDER, 5 * HOUR, ("approve",))


@transaction.atomic
def make_contracts(*, now: datetime | None = None) -> int:
    """Products, customers, prices and contracts of the demo company, whose people exist and whose
    processes are deployed; how many contracts were made.

    Dates count back from `now`. Idempotent: where any contract exists, none is made."""
    moment = now or timezone.now()
    today = timezone.localdate(moment)
    products = make_products()
    customers = make_customers(today=today)
    make_price_policies(products, today=today)
    _name_company(customers[0])
    if SalesContract.objects.exists():
        return 0
    rights = {owner: rights_of(owner) for owner in {customer.owner_id for customer in customers}}
    plans = sorted(_plans(), key=lambda plan: -plan.before)
    made = []
    for index, plan in enumerate(plans):
        customer = customers[index % BUYERS * 7 % len(customers)]
        contract = _make(plan, index, customer, products, rights[customer.owner_id], moment)
        if plan.change is None:  # the two that are amended are paid late
            contract.instalments.filter(due_on__lt=today).update(open_since=None)
        made.append(contract)
    for contract, plan in zip(made, plans, strict=True):
        if plan.change is not None:
            _amend(contract, plan.change, rights[contract.owner_id], moment)
    return len(made)


def _name_company(customer: Customer) -> None:
    if not ParameterValue.objects.filter(code=COMPANY_NAME.code).exists():
        set_parameter(parameter=COMPANY_NAME, value=COMPANY, by=customer.owner_id)


def _make(
    plan: Plan,
    index: int,
    customer: Customer,
    products: Mapping[str, Product],
    rights: Rights,
    now: datetime,
) -> SalesContract:
    moment = now - plan.before
    contract = save_record(
        kind=kind_of(SalesContract),
        record=_contract(plan, index, customer, moment),
        lines={
            "lines": [
                _line(products[code], quantity, rate, tender=plan.goods is TENDER)
                for code, quantity, rate in plan.goods
            ],
            "instalments": _instalments(SCHEDULES[index % len(SCHEDULES)]),
        },
        rights=rights,
        now=moment,
    )
    if plan.submitted:
        _submit(plan, contract, rights, moment)
    return contract


def _amend(contract: SalesContract, change: Change, rights: Rights, now: datetime) -> None:
    kind, moment = kind_of(SalesContract), now - change.before
    amendment = amend_document(kind=kind, pk=contract.pk, rights=rights, now=moment)
    lines = list(amendment.lines.select_related("product"))
    lines[0].quantity += change.more
    amendment.remarks = change.reason
    amendment.delivery_on += 14 * DAY
    save_record(
        kind=kind,
        record=amendment,
        lines={"lines": lines, "instalments": list(amendment.instalments.all())},
        rights=rights,
        now=moment + HOUR / 4,
    )
    _submit(change, amendment, rights, moment)


def _contract(plan: Plan, index: int, customer: Customer, moment: datetime) -> SalesContract:
    day = timezone.localdate(moment)
    categories = DictionaryEntry.objects.filter(dictionary="contract_category")
    code = "tender" if plan.goods is TENDER else "equipment"
    return SalesContract(
        name=plan.title,
        category=categories.get(code="consumables" if "耗材" in plan.title else code),
        customer=customer,
        contact=customer.contacts.filter(primary=True).first(),
        date=day,
        signed_on=day,
        ends_on=day + (30 if index % 9 == 4 else 365) * DAY,
        delivery_on=day + 30 * DAY,
        delivery_place=customer.invoice_address,
        delivery_terms="卖方送货上门并安装调试，运费由卖方承担",
        warranty_months=24 if index % 2 else 12,
        retention_percent=Decimal(5),
        discount=Decimal(plan.discount),
        our_signatory="单丽娜",
    )


def _line(product: Product, quantity: int, rate: int, *, tender: bool) -> SalesContractLine:
    line = SalesContractLine(product=product, quantity=Decimal(quantity), rate=Decimal(rate))
    if tender:
        line.offer, line.basis = product.standard_price, Basis.TYPED
        line.reason = "招标项目，竞品报价更低，后续有耗材订单" if rate < 80 else ""
    return line


def _instalments(percents: tuple[int, ...]) -> list[Instalment]:
    return [
        Instalment(label=label, rule=rule, days=days, percent=Decimal(percent))
        for percent, (label, rule, days) in zip(percents, LABELS[len(percents)], strict=True)
    ]


def _submit(plan: Plan | Change, contract: SalesContract, rights: Rights, moment: datetime) -> None:
    """Submitted half an hour later, then decided at intervals; never later than now."""
    pause = min(3 * HOUR, (plan.before - HOUR) / 8)
    instance = submit_document(
        kind=kind_of(SalesContract), pk=contract.pk, rights=rights, now=moment + HOUR / 2
    ).instance
    for act in plan.acts:
        moment += pause
        if act == "withdraw":
            instances.withdraw(instance, user=rights.user, now=moment)
        elif act == "approve*":
            while _decide(instance, "approve", moment):
                moment += pause
        else:
            _decide(instance, act, moment)


OPINIONS: Final = {
    "approve": ("同意", "价格与付款方式已核对，同意", "已核对信用额度，同意"),
    "return": ("付款期与医院确认后再报",),
    "reject": ("今年预算已用完，明年再议",),
}


def _decide(instance: int, decision: str, moment: datetime) -> bool:
    """The one who is asked decides, not a substitute; False where nobody is asked any more."""
    task = HumanTask.objects.filter(instance=instance, state__in=OPEN).first()
    if task is None:
        return False
    asked = [int(user) for user, why in task.assignment.items() if why.get("rule") != SUBSTITUTE]
    opinions = OPINIONS[decision]
    tasks.complete(
        task.pk,
        user=asked[0],
        decision=decision,
        opinion=opinions[instance % len(opinions)],
        now=moment,
    )
    return True
