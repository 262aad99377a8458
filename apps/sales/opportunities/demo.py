"""The demo company's opportunities, over all stages, with the months they took to get there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.catalog.models import Product
from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record
from apps.core.parameters.models import DictionaryEntry
from apps.sales.customers.models import ALIVE, Customer
from apps.sales.opportunities.models import (
    Competitor,
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
)
from apps.sales.opportunities.services import (
    lose_opportunity,
    move_opportunity,
    reopen_opportunity,
    win_opportunity,
)

DAY = timedelta(days=1)
NEEDS: Final = (  # what it is about, products and how many of them
    ("彩超更新", (("US-202", 1), ("SP-101", 2))),
    ("高端超声引进", (("US-301", 1),)),
    ("ICU 监护扩容", (("PM-202", 6), ("PM-203", 2))),
    ("检验科流水线", (("LA-201", 1), ("LA-402", 1))),
    ("心电网络建设", (("EC-102", 4),)),
    ("便携超声下乡", (("US-101", 2),)),
    ("急诊监护更换", (("PM-103", 8),)),
    ("耗材年度框架", (("CS-101", 500), ("CS-202", 40))),
)
RIVALS: Final = (
    ("迈远医疗", "价格低，本地库存足", "0.92"),
    ("康视影像", "图像质量好，院长熟悉", "1.05"),
    ("西辰器械", "账期长，可分期三年", "0.97"),
)
STAGES: Final = (0, 1, 2, 0, 3, 1, 4, 2, 1, 3, 0, 2, 4, 1, 0, 3, 2, 0)
"""Where the open ones stand."""
ENDS: Final = ("won", "lost") * 2 + ("won", "reopened") + ("lost", "won") * 3
LOSSES: Final = ("price", "competitor", "budget", "postponed")
WINS: Final = ("performance", "service", "price", "relationship")


@dataclass(frozen=True, slots=True)
class Plan:
    """An opportunity: opened `age` days ago, `stage` steps on since, then `end`."""

    index: int
    age: int
    stage: int
    end: str = ""


def _plans() -> Iterator[Plan]:
    """18 in the funnel, 12 that have been closed."""
    for index, stage in enumerate(STAGES):
        yield Plan(index, 12 + stage * 19 + index * 5 % 23, stage)
    for index, end in enumerate(ENDS, start=len(STAGES)):
        yield Plan(index, 60 + index * 11 % 130, 4 if end == "won" else 1 + index % 4, end)


@transaction.atomic
def make_opportunities(*, now: datetime | None = None) -> int:
    """30 opportunities of customers in talk or won; how many were made.

    Dates count back from `now`. Idempotent: where any exists, none is made."""
    moment = now or timezone.now()
    if Opportunity.objects.exists():
        return 0
    customers = list(Customer.objects.filter(stage__in=ALIVE).order_by("pk"))
    products = {product.code: product for product in Product.objects.all()}
    stages = list(OpportunityStage.objects.in_use())
    made = 0
    for plan in sorted(_plans(), key=lambda plan: -plan.age):
        customer = customers[(plan.index * 11 + 3) % len(customers)]
        rights = rights_of(customer.owner_id)
        row = _open(plan, customer, products, stages[0], rights, moment)
        _follow(plan, row, stages, rights, moment)
        made += 1
    return made


def _open(
    plan: Plan,
    customer: Customer,
    products: dict[str, Product],
    stage: OpportunityStage,
    rights: Rights,
    now: datetime,
) -> Opportunity:
    name, goods = NEEDS[plan.index % len(NEEDS)]
    opened = now - plan.age * DAY
    late = plan.index % 6 == 1  # expected by now, and still open
    expected = now + (-8 if late else 10 + plan.index * 13 % 110) * DAY
    row = Opportunity(
        name=f"{customer.short_name}{name}",
        customer=customer,
        contact=customer.contacts.filter(primary=True).first(),
        stage=stage,
        stage_since=opened,
        amount=None,
        expected_on=timezone.localdate(expected),
        source=customer.source,
    )
    wanted = [
        OpportunityProduct(product=products[code], quantity=Decimal(quantity))
        for code, quantity in goods
    ]
    rivals = [_rival(plan, wanted)] if plan.index % 3 else []
    found: Opportunity = save_record(
        kind=kind_of(Opportunity),
        record=row,
        lines={"products": wanted, "competitors": rivals},
        rights=rights,
        now=opened,
    )
    return found


def _rival(plan: Plan, wanted: list[OpportunityProduct]) -> Competitor:
    name, strengths, share = RIVALS[plan.index % len(RIVALS)]
    whole = sum((line.product.standard_price * line.quantity for line in wanted), Decimal(0))
    return Competitor(name=name, strengths=strengths, price=(whole * Decimal(share)).quantize(1))


def _follow(
    plan: Plan,
    row: Opportunity,
    stages: list[OpportunityStage],
    rights: Rights,
    now: datetime,
) -> None:
    """Through its stages at intervals, to its end; never later than now."""
    opened = row.stage_since
    pause = (now - opened) * 0.9 / (plan.stage + 2)
    for step, stage in enumerate(stages[1 : plan.stage + 1], start=1):
        move_opportunity(
            opportunity=row.pk, stage=stage.pk, rights=rights, now=opened + step * pause
        )
    end = opened + (plan.stage + 1) * pause
    if plan.end == "won":
        _win(plan, row, rights, end)
    elif plan.end:
        _lose(plan, row, rights, end)
    if plan.end == "reopened":
        reopen_opportunity(opportunity=row.pk, rights=rights, now=end + pause / 2)


def _entry(dictionary: str, code: str) -> int:
    return DictionaryEntry.objects.get(dictionary=dictionary, code=code).pk


def _win(plan: Plan, row: Opportunity, rights: Rights, at: datetime) -> None:
    win_opportunity(
        opportunity=row.pk,
        rights=rights,
        reason=_entry("win_reason", WINS[plan.index % len(WINS)]),
        now=at,
    )


def _lose(plan: Plan, row: Opportunity, rights: Rights, at: datetime) -> None:
    rival = row.competitors.first()
    code = LOSSES[plan.index % len(LOSSES)]
    lose_opportunity(
        opportunity=row.pk,
        rights=rights,
        reason=_entry("loss_reason", code),
        lost_to=rival.name if rival and code in ("price", "competitor") else "",
        note="设备科反馈明年再立项" if code == "postponed" else "",
        now=at,
    )
