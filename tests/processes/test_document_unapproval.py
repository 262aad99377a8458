"""Un-approval (B), of real contracts: forbidden, direct, by approval, overtaken, and what is done
when the reversal fails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.contracts.kinds import SalesContractKind
from apps.contracts.models import DueRule, SalesContract
from apps.core.access.rights import rights_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.commands import commands_of, hindrance
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document, void_document
from apps.core.kinds.unapproval import unapprove_document
from apps.core.links.services import link_documents
from apps.sales.customers.models import CustomerStage
from apps.sales.customers.services import make_dormant, restore_customer, win_by_hand
from apps.sales.models import Customer
from engine import tasks
from engine.exceptions import BusinessError, Conflict, InvalidData, NotAllowed, WrongState
from engine.models import ProcessInstance
from tests.casework import MONDAY, Case, deploy
from tests.contracts.factories import entry, instalment, line, make_contract, make_product

pytestmark = pytest.mark.django_db

SELLER, HEAD, FINANCE, MANAGER = "qiuzhiyuan", "shanlina", "zhoumin", "zengguoqiang"
REASON = "价格有误"


class Unapproval(Case):
    """The un-approval of a contract, asked for by the general manager or by finance."""

    def __init__(self, people, contract: SalesContract, by: str = FINANCE) -> None:
        self.people, self.names = people, {user: name for name, user in people.items()}
        self.pk, self.now = contract.pk, MONDAY
        self.last = unapprove_document(
            kind=kind_of(contract),
            pk=contract.pk,
            rights=rights_of(people[by]),
            reason=REASON,
            now=MONDAY,
        )
        self.id = self.last.instance
        self.check()

    @property
    def contract(self) -> SalesContract:
        return SalesContract.objects.get(pk=self.pk)


@pytest.fixture(autouse=True)
def _deployed(people):
    deploy("contract_approval", "document_unapproval")


@pytest.fixture
def approve(people):
    """Makes a contract and has it approved by all whom its matrix asks."""

    def run(price: int = 90_000, **given) -> SalesContract:
        product = make_product(f"P{SalesContract.objects.count()}", price)
        contract = make_contract(line(product), by=SELLER, **given)
        rights = rights_of(people[SELLER])
        last = submit_document(kind=kind_of(contract), pk=contract.pk, rights=rights, now=MONDAY)
        for _level in range(3):
            if not last.opened:
                break
            (task,) = tasks.HumanTask.objects.filter(pk__in=last.opened)
            who = task.assignee or int(next(iter(task.assignment)))
            last = tasks.complete(task.pk, user=who, decision="approve", now=MONDAY)
        contract.refresh_from_db()
        assert contract.state == ApprovalState.APPROVED
        return contract

    return run


@pytest.fixture
def effects(monkeypatch) -> list[str]:
    """What contracts will have as effects once goods are shipped: as many as this list is long."""
    found: list[str] = []
    monkeypatch.setattr(SalesContractKind, "effects", lambda self, record: len(found))
    return found


def stage(contract: SalesContract) -> str:
    return Customer.objects.get(pk=contract.customer_id).stage


# --- at once --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("number", "said"), [(0, "已恢复为草稿"), (1, "已申请反审核")])
def test_its_page_says_whether_it_is_a_draft_or_was_asked_for(
    approve, effects, signed_in, number, said
):
    contract = approve()
    effects.extend(["shipped"] * number)
    kind, client = kind_of(contract), signed_in(FINANCE)
    address = url_of(kind, "unapprove", contract.pk)
    answer = client.post(address, {"reason": REASON}, follow=True)
    assert f"{said}：{contract.number}" in answer.content.decode()


def test_what_was_submitted_once_is_not_offered_for_deletion(people, approve, signed_in):
    contract = approve()
    unsubmitted = make_contract(line(make_product("PX", 1)), customer=contract.customer, by=SELLER)
    assert Unapproval(people, contract).ended("end_unapproved", "unapproved")
    kind, client = kind_of(contract), signed_in(SELLER)
    for document, offered in ((contract, False), (unsubmitted, True)):
        address = url_of(kind, "delete", document.pk)
        page = client.get(url_of(kind, "page", document.pk)).content.decode()
        assert (address in page) is offered
        assert client.post(address).status_code == (302 if offered else 409)


def test_a_payment_schedule_and_a_won_customer_hinder_nobody(people, approve):
    plan = [instalment(100, rule=DueRule.EFFECTIVE, days=30)]
    contract = approve(instalments=plan, effective_on=None)
    assert stage(contract) == CustomerStage.WON
    assert contract.instalments.get().due_on == contract.effective_on + timedelta(days=30)
    case = Unapproval(people, contract)
    assert case.ended("end_unapproved", "unapproved")
    contract = case.contract
    assert (contract.state, contract.approved_at, contract.approved_by) == ("draft", None, None)
    waiting = contract.instalments.get()
    assert (waiting.open_since, waiting.due_on, contract.effective_on) == (None, None, None)
    assert stage(contract) == CustomerStage.IN_TALK
    change = contract.customer.stage_changes.order_by("pk").last()
    assert (change.after, change.cause) == (CustomerStage.IN_TALK, contract.business_key)


def test_it_can_be_approved_again(people, approve):
    contract = approve()
    Unapproval(people, contract)
    rights = rights_of(people[SELLER])
    again = submit_document(kind=kind_of(contract), pk=contract.pk, rights=rights, now=MONDAY)
    tasks.complete(again.opened[0], user=people[HEAD], decision="approve", now=MONDAY)
    contract.refresh_from_db()
    assert (contract.state, stage(contract)) == (ApprovalState.APPROVED, CustomerStage.WON)
    assert contract.instalments.get().open_since == MONDAY


def test_another_contract_in_force_keeps_the_customer_won(people, approve):
    first = approve()
    second = approve(customer=first.customer)
    Unapproval(people, second)
    assert stage(first) == CustomerStage.WON
    Unapproval(people, first)
    assert stage(first) == CustomerStage.IN_TALK


def test_a_customer_won_by_hand_stays_won(people, approve):
    contract = approve()
    Unapproval(people, contract)
    win_by_hand(customer_id=contract.customer_id, rights=rights_of(people[HEAD]), now=MONDAY)
    again = approve(customer=contract.customer)
    Unapproval(people, again)
    assert stage(again) == CustomerStage.WON


def test_a_dormant_customer_is_restored_to_in_talk(people, approve):
    contract = approve()
    rights = rights_of(people[HEAD])
    make_dormant(
        customer_id=contract.customer_id, reason=entry("stage_reason", "budget"), rights=rights
    )
    Unapproval(people, contract)
    assert stage(contract) == CustomerStage.DORMANT
    restore_customer(customer_id=contract.customer_id, rights=rights)
    assert stage(contract) == CustomerStage.IN_TALK


# --- who may, and when ----------------------------------------------------------------------------
def test_only_what_is_approved_and_by_those_who_may(people, approve):
    contract = approve()
    with pytest.raises(NotAllowed):
        Unapproval(people, contract, by=SELLER)
    Unapproval(people, contract)
    with pytest.raises(WrongState):
        Unapproval(people, contract)


def test_forbidden_by_what_was_made_from_it(people, approve):
    contract = approve()
    follower = make_contract(line(make_product("F", 1)), customer=contract.customer)
    link_documents(source=contract.business_key, target=follower.business_key, by=None)
    command = commands_of(kind_of(contract))["unapprove"]
    assert follower.number in hindrance(kind_of(contract), command, contract)
    with pytest.raises(WrongState) as refused:
        Unapproval(people, contract)
    assert follower.number in str(refused.value)
    assert refused.value.data["blockers"] == [follower.business_key]
    assert not ProcessInstance.objects.filter(definition__key="document_unapproval").exists()
    rights = rights_of(people[SELLER])
    void_document(kind=kind_of(follower), pk=follower.pk, rights=rights, reason="重复")
    assert Unapproval(people, contract).ended("end_unapproved")


# --- by approval ----------------------------------------------------------------------------------
def test_asks_the_last_level_that_approved(people, approve, effects):
    contract = approve(90_000)
    effects.append("出库单")
    case = Unapproval(people, contract)
    assert case.who() == [HEAD]
    assert case.contract.state == ApprovalState.APPROVED
    assert case.decide(HEAD, "approve").ended("end_unapproved")
    assert case.contract.state == ApprovalState.DRAFT


def test_is_asked_for_once_at_a_time(people, approve, effects):
    contract = approve(90_000)
    effects.append("出库单")
    Unapproval(people, contract)
    with pytest.raises(Conflict):
        Unapproval(people, contract)


def test_the_highest_level_is_asked(people, approve, effects):
    contract = approve(600_000)
    effects.append("出库单")
    assert Unapproval(people, contract).who() == [MANAGER]


@pytest.mark.parametrize("decision", ["reject", "return"])
def test_refused(people, approve, effects, decision):
    contract = approve(90_000)
    effects.append("出库单")
    case = Unapproval(people, contract).decide(HEAD, decision)
    assert case.ended("end_refused")
    assert (case.contract.state, stage(contract)) == (ApprovalState.APPROVED, CustomerStage.WON)


def test_its_only_level_has_none_to_send_it_back_to(people, approve, effects):
    contract = approve(90_000)
    effects.append("出库单")
    case = Unapproval(people, contract)
    with pytest.raises(InvalidData):
        case.decide(HEAD, "send_back", to="0")
    assert case.check().who() == [HEAD]


def test_overtaken_by_what_happened_meanwhile(people, approve, effects):
    contract = approve(90_000)
    effects.append("出库单")
    case = Unapproval(people, contract)
    follower = make_contract(line(make_product("F", 1)), customer=contract.customer)
    link_documents(source=contract.business_key, target=follower.business_key, by=None)
    assert case.decide(HEAD, "approve").ended("end_overtaken")
    assert case.contract.state == ApprovalState.APPROVED


def test_reminded_in_between(people, approve, effects):
    contract = approve(90_000)
    effects.append("出库单")
    case = Unapproval(people, contract)
    case.until(case.timers()["reminder_due"])
    assert case.who() == [HEAD]
    assert case.decide(HEAD, "approve").ended("end_unapproved")


# --- a reversal that fails ------------------------------------------------------------------------
@pytest.fixture
def failures(monkeypatch) -> list[str]:
    """Each of these keeps one reversal from being done."""
    left: list[str] = []
    whole = SalesContractKind.reverse_effects

    def reverse(self, record, context) -> None:
        whole(record, context)
        if left:
            raise BusinessError("reversal_failed", left.pop())

    monkeypatch.setattr(SalesContractKind, "reverse_effects", reverse)
    return left


def test_a_failing_reversal_is_repaired_and_tried_again(people, approve, failures):
    contract = approve(90_000)
    failures += ["库存已出", "库存已出"]
    case = Unapproval(people, contract)
    assert (case.elements(), case.who()) == (["repair"], [FINANCE])
    assert (case.contract.state, stage(contract)) == (ApprovalState.APPROVED, CustomerStage.WON)
    case.decide(FINANCE, "retry")
    assert case.elements() == ["repair"]
    assert case.decide(FINANCE, "retry").ended("end_unapproved")
    assert case.visits("reverse_effects") == ["FAILED", "FAILED", "COMPLETED"]
    assert stage(contract) == CustomerStage.IN_TALK


def test_a_failing_reversal_is_given_up(people, approve, failures):
    contract = approve(90_000)
    failures.append("库存已出")
    case = Unapproval(people, contract).decide(FINANCE, "give_up")
    assert case.ended("end_given_up")
    assert case.contract.state == ApprovalState.APPROVED
