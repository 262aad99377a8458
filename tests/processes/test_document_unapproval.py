"""Un-approval (B): forbidden, direct, by approval, overtaken, and what is done when the reversal
fails."""

from __future__ import annotations

import pytest

from engine.exceptions import BusinessError, InvalidData
from tests.casework import Case, Registered, deploy

pytestmark = pytest.mark.django_db

DOCUMENT = "contracts.salescontract:17"
HEAD, FINANCE = "shanlina", "zhoumin"


class Reversal:
    """What un-approval asks of a kind of document."""

    def __init__(self, registered: Registered) -> None:
        self.blockers: list[str] = []
        self.effects = 0
        self.last_role = "general_manager"
        self.failures = 0
        self.tried = 0
        registered.operation("approval.find_impact", self.find_impact)
        registered.operation("approval.reverse_effects", self.reverse_effects)
        registered.form("approval.repair_reversal")

    def find_impact(self, context, *, target: str) -> dict:
        return {
            "blockers": list(self.blockers),
            "effects": self.effects,
            "last_role": self.last_role,
        }

    def reverse_effects(self, context, *, target: str) -> str:
        self.tried += 1
        if self.tried <= self.failures:
            raise BusinessError("reversal_failed", "库存已出")
        return "reversed"


@pytest.fixture
def reversal(registered: Registered) -> Reversal:
    return Reversal(registered)


@pytest.fixture
def request_unapproval(people, reversal):
    deploy("document_unapproval")

    def start(queue: str = "invoices") -> Case:
        return Case(
            people,
            "document_unapproval",
            by="qiuzhiyuan",
            business_key=DOCUMENT,
            document=DOCUMENT,
            initiator=people["qiuzhiyuan"],
            queue=queue,
            reason="价格有误",
        )

    return start


def test_forbidden_by_what_stands_in_the_way(request_unapproval, reversal):
    reversal.blockers = ["发票 7"]
    assert request_unapproval().ended("end_forbidden")
    assert not reversal.tried


def test_direct_where_nothing_follows(request_unapproval):
    assert request_unapproval().ended("end_unapproved", "reversed")


def test_asks_the_last_level_that_approved(request_unapproval, reversal):
    reversal.effects, reversal.last_role = 1, "department_head"
    case = request_unapproval("contracts")
    assert case.who() == [HEAD]
    assert case.decide(HEAD, "approve").ended("end_unapproved")


@pytest.mark.parametrize("queue", ["invoices", "stock", "money"])
def test_asks_finance_for_what_it_books(request_unapproval, reversal, queue):
    reversal.effects = 1
    case = request_unapproval(queue)
    assert case.who() == [FINANCE]
    assert case.decide(FINANCE, "approve").ended("end_unapproved")


@pytest.mark.parametrize("decision", ["reject", "return"])
def test_refused(request_unapproval, reversal, decision):
    reversal.effects = 1
    case = request_unapproval().decide(FINANCE, decision)
    assert case.ended("end_refused")
    assert not reversal.tried


def test_its_only_level_has_none_to_send_it_back_to(request_unapproval, reversal):
    reversal.effects = 1
    case = request_unapproval()
    with pytest.raises(InvalidData):
        case.decide(FINANCE, "send_back", to="0")
    assert case.check().who() == [FINANCE]


def test_overtaken_by_what_happened_meanwhile(request_unapproval, reversal):
    reversal.effects = 1
    case = request_unapproval()
    reversal.blockers.append("发票 8")
    assert case.decide(FINANCE, "approve").ended("end_overtaken")


def test_a_failing_reversal_is_repaired_and_tried_again(request_unapproval, reversal):
    reversal.failures = 2
    case = request_unapproval()
    assert (case.elements(), case.who()) == (["repair"], [FINANCE])
    case.decide(FINANCE, "retry")
    assert case.elements() == ["repair"]
    assert case.decide(FINANCE, "retry").ended("end_unapproved")
    assert case.visits("reverse_effects") == ["FAILED", "FAILED", "COMPLETED"]


def test_a_failing_reversal_is_given_up(request_unapproval, reversal):
    reversal.failures = 1
    assert request_unapproval().decide(FINANCE, "give_up").ended("end_given_up")


def test_reminded_in_between(request_unapproval, reversal):
    reversal.effects = 1
    case = request_unapproval()
    case.until(case.timers()["reminder_due"])
    assert case.who() == [FINANCE]
    assert case.decide(FINANCE, "approve").ended("end_unapproved")
