"""Contracts in force and their amendments, as people make, submit and decide them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.contracts.models import SalesContract
from apps.core.kinds.amending import amend_document
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from engine import tasks
from engine.models import HumanTask, TaskState
from tests.contracts.factories import (
    instalment,
    line,
    make_contract,
    make_product,
    rights,
    save_contract,
)

SELLER = "qiuzhiyuan"
OPEN = (TaskState.READY, TaskState.RESERVED)


def in_force(price: int = 1000, **given: Any) -> SalesContract:
    """A contract of that amount, payable in three parts, of which the first was due last month."""
    signed = timezone.localdate() - timedelta(days=40)
    given = {"date": signed, "signed_on": signed, "effective_on": signed, **given}
    given.setdefault("instalments", thirds())
    contract = make_contract(line(make_product(price=price)), **given)
    approve(contract, by=given.get("by", SELLER))
    return fresh(contract)


def thirds() -> list[Any]:
    """30 % a week after signing, 65 % on acceptance, 5 % in a year."""
    return [
        instalment(30, label="预付款", days=7),
        instalment(65, label="验收款", rule="accepted"),
        instalment(5, label="质保金", rule="effective", days=365),
    ]


def amend(contract: SalesContract, by: str = SELLER) -> SalesContract:
    """The draft of its next version."""
    made = amend_document(kind=kind_of(SalesContract), pk=contract.pk, rights=rights(by))
    return fresh(made)


def reprice(amendment: SalesContract, price: int, **fields: Any) -> SalesContract:
    """Ask another price for its line; the schedule as it is typed."""
    (row,) = amendment.lines.all()
    row.offer, row.basis = price, "typed"
    for name, value in fields.items():
        setattr(amendment, name, value)
    save_contract(amendment, [row], list(amendment.instalments.all()))
    return fresh(amendment)


def submit(contract: SalesContract, by: str = SELLER) -> int:
    """Its case."""
    found = submit_document(kind=kind_of(SalesContract), pk=contract.pk, rights=rights(by))
    return found.instance


def decide(case: int, decision: str) -> bool:
    """Let whoever is asked first decide; False where nobody is asked any more."""
    task = HumanTask.objects.filter(instance=case, state__in=OPEN).first()
    if task is None:
        return False
    user = min(map(int, task.assignment))
    tasks.complete(task.pk, user=user, decision=decision, opinion="因为")
    return True


def approve(contract: SalesContract, by: str = SELLER) -> int:
    """Submit it, and let all levels approve; its case."""
    case = submit(contract, by)
    while decide(case, "approve"):
        pass
    return case


def fresh(contract: SalesContract) -> SalesContract:
    """As it is stored."""
    return SalesContract.objects.get(pk=contract.pk)
