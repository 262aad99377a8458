"""Contract approval (A), with real contracts: every path, by its own matrix and by the variant that
asks all and a percentage (where 周敏 and 柏雪 hold finance, and five people hold
general_manager)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.contracts.models import SalesContract
from apps.core.access.rights import rights_of
from apps.core.inbox.looking import task_form
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record, submit_document
from apps.core.parameters.models import ParameterValue
from apps.people.models import Employee, RoleHolder
from apps.people.services import (
    appoint_substitute,
    end_employment,
    grant_role,
    withdraw_role,
)
from engine import approvers, instances, tasks
from engine.exceptions import (
    Conflict,
    InvalidData,
    NotAllowed,
    NothingCaught,
    OperationFailed,
    WrongState,
)
from engine.models import HumanTask, OutboxMessage, ProcessInstance, TaskState
from engine.organisation import Role
from tests.casework import MONDAY, Case, deploy
from tests.contracts.factories import (
    instalment,
    line,
    make_contract,
    make_customer,
    make_product,
)

pytestmark = pytest.mark.django_db

HEAD, FINANCE, CASHIER, MANAGER = "shanlina", "zhoumin", "baixue", "zengguoqiang"
SELLER = "qiuzhiyuan"
BOARD = [MANAGER, "zhamin", "yuchigang", "linjing", "yunxiaoyan"]


class ContractCase(Case):
    """The approval of a contract of one line, whose price is the amount."""

    def __init__(self, people, contract: SalesContract, by: str) -> None:
        self.people, self.names = people, {user: name for name, user in people.items()}
        self.pk, self.by, self.now = contract.pk, by, MONDAY
        self.last = self.submitted()
        self.id = self.last.instance
        self.check()

    @property
    def contract(self) -> SalesContract:
        return SalesContract.objects.get(pk=self.pk)

    def submitted(self):
        return submit_document(
            kind=kind_of(SalesContract),
            pk=self.pk,
            rights=rights_of(self.people[self.by]),
            now=self.now,
        )

    def resubmit(self, element: str = "revise", *, amount: int | None = None) -> ContractCase:
        """Change the amount, where one is given, and submit the contract again on its own page."""
        assert (self.elements(), self.who()) == ([element], [self.by])
        if amount is not None:
            (row,) = self.contract.lines.all()
            row.offer, row.basis, row.typed, row.rate = (
                Decimal(amount),
                "typed",
                "rate",
                Decimal(100),
            )
            save_record(
                kind=kind_of(SalesContract),
                record=self.contract,
                lines={"lines": [row], "instalments": [instalment(100)]},
                rights=rights_of(self.people[self.by]),
                now=self.now,
            )
        self.did(self.submitted())
        return self

    def stands(self, state: str) -> bool:
        """The contract's state; its schedule is to be received only once it has taken effect."""
        waiting = {i.open_since is not None for i in self.contract.instalments.all()}
        assert waiting == {state == ApprovalState.APPROVED}
        return self.contract.state == state


def hold(role: str, *users: str) -> None:
    """Exactly these hold the role from now on."""
    for holder in RoleHolder.objects.filter(role=role):
        withdraw_role(holder=holder)
    for user in users:
        grant_role(role=role, employee=Employee.objects.get(user__username=user))


def draft(amount: int | str = 600000, *, by: str = SELLER, **facts: bool) -> SalesContract:
    """A contract of that amount; `under_floor`, `over_credit`: what it is."""
    floor = Decimal(amount) + 1 if facts.get("under_floor") else None
    customer = make_customer(owner=by, credit_limit=1 if facts.get("over_credit") else None)
    product = make_product(price=amount, floor_price=floor)
    return make_contract(line(product, reason="竞品报价"), by=by, customer=customer)


@pytest.fixture
def submit(people):
    """A contract of 仇志远 by the settled matrix."""

    def start(amount: int | str = 600000, *, by: str = SELLER, **facts: bool) -> ContractCase:
        deploy("contract_approval")
        return ContractCase(people, draft(amount, by=by, **facts), by)

    return start


@pytest.fixture
def submit_variant(people):
    """By the matrix whose finance level asks all, and whose last one needs 60 percent."""

    def start(amount: int | str = 600000) -> ContractCase:
        hold(Role.FINANCE, FINANCE, CASHIER)
        hold(Role.GENERAL_MANAGER, *BOARD)
        deploy("contract_approval", contract_matrix="contract_matrix_all_percent.dmn")
        return ContractCase(people, draft(amount), SELLER)

    return start


@pytest.fixture
def at_finance(submit):
    """100,000, at the level of finance, which these hold."""

    def start(*holders: str) -> ContractCase:
        hold(Role.FINANCE, *holders)
        case = submit(100000)
        case.decide(HEAD, "approve")
        return case

    return start


# --- the matrix and its levels --------------------------------------------------------------------
ROLES = ["department_head", "finance", "general_manager"]


@pytest.mark.parametrize(
    ("amount", "facts", "levels"),
    [
        ("99999.99", {}, 1),
        ("100000", {}, 2),
        ("499999.99", {}, 2),
        ("500000", {}, 3),
        ("50000", {"over_credit": True}, 2),
        ("200000", {"over_credit": True}, 2),
        ("50000", {"under_floor": True}, 3),
        ("200000", {"under_floor": True, "over_credit": True}, 3),
    ],
)
def test_the_matrix_names_the_levels(submit, amount, facts, levels):
    case = submit(amount, **facts)
    card = ProcessInstance.objects.get(pk=case.id).card
    assert set(card["risks"]) == set(facts)  # what the lists of the approval center flag
    variables = case.variables()
    assert [row["role"] for row in variables["matrix"]] == ROLES[:levels]
    assert {(row["mode"], row["threshold"]) for row in variables["matrix"]} == {("any", 100)}
    assert set(variables) == {"document", "initiator", "facts", "matrix"}


def test_an_approver_finds_contracts_by_their_risks(submit, signed_in):
    case = submit("60000", under_floor=True)
    head = signed_in(HEAD)

    def found(risk: str) -> list[str]:
        listing = head.get("/approvals/", {"risk": risk}).context["listing"]
        return [item.card.number for item in listing.items]

    assert found("under_floor") == found("") == [case.contract.number]
    assert found("over_credit") == []
    page = head.get("/approvals/", {"risk": "under_floor"}).content.decode()
    assert '<option value="under_floor" selected>' in page


def test_three_levels_approve(submit):
    case = submit().decide(HEAD, "approve").decide(FINANCE, "approve")
    assert case.who() == [MANAGER]
    assert case.stands("submitted")
    case.decide(MANAGER, "approve")
    assert case.ended("end_approved", "approved")
    assert case.stands("approved")
    assert case.contract.approved_by_id == case.people[MANAGER]


def test_any_all_and_percent(submit_variant):
    case = submit_variant()
    assert case.who() == [HEAD]
    case.decide(HEAD, "approve")
    assert case.who() == [CASHIER, FINANCE]
    case.decide(FINANCE, "approve")
    assert case.who() == [CASHIER]  # all: waits for both
    case.decide(CASHIER, "approve")
    assert case.who() == sorted(BOARD)
    for user in BOARD[:3]:  # 60 percent: the third of five decides
        case.decide(user, "approve")
    assert case.ended("end_approved")
    states = list(HumanTask.objects.order_by("id").values_list("state", flat=True))
    assert states[-5:] == [*3 * [TaskState.COMPLETED], *2 * [TaskState.SUPERSEDED]]
    assert case.variables()["facts"]["amount"] == "600000.00"  # as text in the history


def test_any_of_three_decides_for_all(at_finance, people):
    case = at_finance("linjing", "qinyong", "zhamin")
    assert case.who() == ["linjing", "qinyong", "zhamin"]
    late = case.task("linjing")
    case.decide("qinyong", "approve")
    with pytest.raises(Conflict, match="覃勇") as refused:
        tasks.complete(late.pk, user=people["linjing"], decision="approve", now=MONDAY)
    assert refused.value.data["by"] == people["qinyong"]
    assert case.check().ended("end_approved")


def test_any_goes_on_after_a_rejection_while_somebody_may_still_approve(at_finance):
    case = at_finance("linjing", "qinyong").decide("linjing", "reject")
    assert case.who() == ["qinyong"]
    case.decide("qinyong", "approve")
    assert case.ended("end_approved")


def test_any_is_rejected_when_all_have(at_finance):
    case = at_finance("linjing", "qinyong")
    case.decide("linjing", "reject").decide("qinyong", "reject")
    assert case.ended("end_rejected", "rejected")
    assert case.stands("rejected")


def test_percent_is_lost_as_soon_as_it_can_no_longer_be_reached(submit_variant):
    case = submit_variant().decide(HEAD, "approve")
    case.decide(FINANCE, "approve").decide(CASHIER, "approve")
    case.decide(BOARD[0], "approve").decide(BOARD[1], "reject").decide(BOARD[2], "reject")
    assert case.who() == sorted(BOARD[3:])
    case.decide(BOARD[3], "reject")
    assert case.ended("end_rejected")


def test_all_is_rejected_by_the_first_rejection(submit_variant, people):
    case = submit_variant().decide(HEAD, "approve")
    late = case.task(CASHIER)
    case.decide(FINANCE, "reject")
    assert case.ended("end_rejected")
    assert case.stands("rejected")
    with pytest.raises(Conflict) as refused:
        tasks.complete(late.pk, user=people[CASHIER], decision="approve", now=MONDAY)
    assert refused.value.data["by"] == people[FINANCE]


def test_what_happens_in_a_level_stays_there(submit_variant):
    case = submit_variant().decide(HEAD, "approve")
    seen = case.seen_by(FINANCE)
    assert set(seen) == {"document", "initiator", "route", "approvers", "approver", "decisions"}
    assert seen["decisions"] == []
    assert "approvers" not in case.variables()


# --- back, again, and given up --------------------------------------------------------------------
def test_returned_and_resubmitted_smaller(submit):
    case = submit().decide(HEAD, "approve").decide(FINANCE, "return")
    assert case.stands("returned")
    case.resubmit(amount=50000)
    assert case.stands("submitted")
    assert case.who() == [HEAD]
    assert len(case.seen_by(HEAD)["route"]["levels"]) == 1  # nothing is left of the first round
    case.decide(HEAD, "approve")
    assert case.ended("end_approved")
    assert case.stands("approved")


def test_the_way_back_to_the_initiator_is_the_diagrams(submit):
    """A reset would leave out what the caller does then: the contract would stay submitted."""
    case = submit().decide(HEAD, "return").resubmit(amount=50000)
    assert case.who() == [HEAD]
    assert approvers.earlier_steps(case.open[0]) == []


def test_returned_and_given_up(submit):
    case = submit().decide(HEAD, "return")
    assert case.open[0].due_at is not None
    case.decide(SELLER, "abandon")
    assert case.ended("end_given_up", "draft")
    assert case.stands("draft")


def test_sent_back_from_the_third_level_to_the_first(submit_variant):
    case = submit_variant().decide(HEAD, "approve")
    case.decide(FINANCE, "approve").decide(CASHIER, "approve").decide(BOARD[0], "approve")
    case.decide(BOARD[1], "send_back", to="0")
    assert case.who() == [HEAD]
    case.decide(HEAD, "approve").decide(FINANCE, "approve").decide(CASHIER, "approve")
    assert case.who() == sorted(BOARD)  # a vote given before doesn't count again
    for user in BOARD[2:]:
        case.decide(user, "approve")
    assert case.ended("end_approved")


def test_sent_back_to_the_second_level_keeps_the_first(submit):
    case = submit().decide(HEAD, "approve").decide(FINANCE, "approve")
    case.decide(MANAGER, "send_back", to="1")
    assert case.who() == [FINANCE]
    head_level, finance_level, _manager_level = case.seen_by(FINANCE)["route"]["levels"]
    assert head_level["result"] == "approved"
    assert "result" not in finance_level
    case.decide(FINANCE, "approve").decide(MANAGER, "approve")
    assert case.ended("end_approved")


def test_sent_back_twenty_times(submit):
    case = submit(100000)
    for _ in range(20):
        case.decide(HEAD, "approve").decide(FINANCE, "send_back", to="0")
    case.decide(HEAD, "approve").decide(FINANCE, "approve")
    assert case.ended("end_approved")


def test_withdrawn_amid_the_votes_and_resubmitted(submit_variant):
    """By correlation: the diagram's own rule of when the initiator may is the engine's question."""
    case = submit_variant().decide(HEAD, "approve").decide(FINANCE, "approve")
    assert sorted(case.timers()) == ["escalation_due", "reminder_due"]
    case.message("withdraw", case.contract.business_key, {"by": case.people[SELLER]})
    assert not case.timers()
    assert case.stands("draft")
    case.resubmit("revise_withdrawn")
    case.decide(HEAD, "approve").decide(FINANCE, "approve")
    assert case.who() == [CASHIER]  # the withdrawn vote isn't counted
    case.decide(CASHIER, "approve")
    for user in BOARD[:3]:
        case.decide(user, "approve")
    assert case.ended("end_approved")
    assert case.stands("approved")


def test_withdrawn_and_given_up(submit):
    case = submit().withdraw(SELLER)
    assert case.subscriptions() == []
    case.decide(SELLER, "abandon")
    assert case.ended("end_withdrawn", "draft")
    assert case.stands("draft")


def test_only_the_initiator_withdraws(submit):
    case = submit()
    with pytest.raises(NotAllowed):
        case.withdraw(HEAD)
    with pytest.raises(NothingCaught):
        case.message("withdraw", "contracts.salescontract:999999")
    assert case.check().who() == [HEAD]


def test_withdrawn_after_a_decision_only_where_the_firm_lets_people(submit):
    case = submit().decide(HEAD, "approve")
    with pytest.raises(WrongState):
        case.withdraw(SELLER)
    ParameterValue.objects.create(code="approval.withdraw_late", value=True)
    assert case.withdraw(SELLER).elements() == ["revise_withdrawn"]


def test_withdrawn_twenty_times(submit):
    case = submit(50000)
    for _ in range(20):
        case.withdraw(SELLER)
        case.resubmit("revise_withdrawn")
    case.decide(HEAD, "approve")
    assert case.ended("end_approved")
    assert case.stands("approved")


def test_returned_then_withdrawn_then_rejected(submit):
    case = submit(50000).decide(HEAD, "return")
    case.resubmit().withdraw(SELLER)
    case.resubmit("revise_withdrawn").decide(HEAD, "reject")
    assert case.ended("end_rejected")
    assert case.stands("rejected")


# --- time -----------------------------------------------------------------------------------------
def test_reminded_twice_then_the_superior_is_asked_as_well(submit):
    case = submit(50000)
    task = case.task(HEAD)
    assert sorted(case.timers()) == ["escalation_due", "reminder_due"]
    case.pass_time(hours=3, minutes=59)
    assert not OutboxMessage.objects.exists()
    case.until(case.timers()["reminder_due"]).until(case.timers()["reminder_due"])
    assert OutboxMessage.objects.count() == 2
    assert case.who() == [HEAD]
    case.until(case.timers()["escalation_due"])
    assert case.who() == [f"{HEAD}|{MANAGER}"]
    assert case.task(MANAGER).pk == task.pk  # the same task: one vote
    assert list(case.timers()) == ["reminder_due"]
    assert case.task(MANAGER).assignment[str(case.people[MANAGER])] == {
        "rule": "escalation",
        "superior_of": case.people[HEAD],
    }
    before = OutboxMessage.objects.count()
    case.until(case.timers()["reminder_due"])
    assert OutboxMessage.objects.count() == before + 2
    case.decide(MANAGER, "approve")
    assert case.ended("end_approved")


def test_the_escalation_passes_over_the_initiator(submit):
    """周敏's superior is the initiator, and nobody is above him."""
    case = submit(50000, by=MANAGER)
    assert case.who() == [FINANCE]
    case.until(case.timers()["escalation_due"])
    assert case.who() == [FINANCE]
    assert case.notes() == ["There is nobody above those who were asked."]


def test_the_escalation_passes_over_a_superior_who_has_a_vote_in_the_level(at_finance):
    """覃勇's superior is 林静, and hers is 曾国强: nobody decides twice."""
    case = at_finance("linjing", "qinyong")
    assert sorted(case.who()) == ["linjing", "qinyong"]
    case.until(case.timers()["escalation_due"])
    assert sorted(case.who()) == [f"linjing|{MANAGER}", f"qinyong|{MANAGER}"]


def test_the_escalation_ends_a_delegation(submit, people):
    case = submit(50000)
    tasks.delegate(case.open[0].pk, to=people["zhamin"], by=people[HEAD], now=MONDAY)
    assert case.did().who() == ["zhamin"]
    case.until(case.timers()["escalation_due"])
    assert case.who() == [f"{HEAD}|{MANAGER}"]
    assert case.decide(HEAD, "approve").ended("end_approved")


def test_the_escalation_asks_the_substitute_of_the_superior_too(submit, people):
    appoint_substitute(
        principal=Employee.objects.get(user_id=people[MANAGER]),
        substitute=Employee.objects.get(user_id=people["linjing"]),
        starts_at=MONDAY - timedelta(days=1),
        ends_at=MONDAY + timedelta(days=30),
    )
    case = submit(50000)
    case.until(case.timers()["escalation_due"])
    assert case.who() == [f"linjing|{HEAD}|{MANAGER}"]


def test_an_interrupting_escalation_asks_others_instead(people, registered):
    def ask_others(context, *, target: str) -> list[dict]:
        return [{"user": people[MANAGER], "found": "superior"}]

    registered.operation("approval.ask_others", ask_others)
    deploy("contract_approval", approval_level="approval_level_interrupting.bpmn")
    case = ContractCase(people, draft(50000), SELLER)
    first = case.open[0]
    case.until(case.timers()["escalation_due"])
    assert case.who() == [MANAGER]
    assert case.open[0].pk != first.pk
    assert sorted(case.timers()) == ["escalation_due", "reminder_due"]
    assert case.decide(MANAGER, "approve").ended("end_approved")


def test_reminders_missed_while_the_server_was_down_come_once(submit):
    case = submit(50000).pass_time(days=30)
    assert case.who() == [f"{HEAD}|{MANAGER}"]
    assert sorted(letter.to for letter in case.letters()) == [
        [f"{HEAD}@kangze.example"],
        [f"{MANAGER}@kangze.example"],
    ]
    assert case.timers()["reminder_due"] > case.now


def test_reminders_are_written_in_the_language_of_the_reader(submit, people):
    from apps.people.models import User

    User.objects.filter(username=HEAD).update(language="en")
    case = submit(50000)
    case.until(case.timers()["reminder_due"])
    (letter,) = case.letters()
    assert letter.subject == "Waiting for your decision: 超声设备采购"


# --- who is asked ---------------------------------------------------------------------------------
def test_a_role_held_by_nobody_is_left_to_the_administrator(submit, people):
    hold(Role.FINANCE)
    case = submit(100000).decide(HEAD, "approve")
    assert (case.elements(), case.who()) == (["name_approvers"], ["admin"])
    assert not case.timers()
    named = [people["zhamin"], people["linjing"]]
    case.decide("admin", "assign", approvers=named)
    assert case.who() == ["linjing", "zhamin"]
    assert case.task("zhamin").assignment[str(people["zhamin"])] == {
        "rule": "assigned",
        "by": people["admin"],
    }
    case.decide("zhamin", "approve")
    assert case.ended("end_approved")


def test_withdrawn_while_the_administrator_names_an_approver(submit):
    hold(Role.FINANCE)
    case = submit(100000).decide(HEAD, "approve")
    assert case.who() == ["admin"]
    case.message("withdraw", case.contract.business_key)
    assert case.who() == [SELLER]


def test_the_head_of_the_department_doesnt_approve_their_own(submit):
    case = submit(600000, by=HEAD)
    assert case.who() == [MANAGER]
    assert case.seen_by(MANAGER)["approvers"] == [
        {"user": case.people[MANAGER], "found": "superior", "superior_of": case.people[HEAD]}
    ]
    case.decide(MANAGER, "approve").decide(FINANCE, "approve").decide(MANAGER, "approve")
    assert case.ended("end_approved")


def test_one_of_two_holders_leaves_it_to_the_other(submit):
    hold(Role.FINANCE, "linjing", "qinyong")
    grant_role(role=Role.SALES, employee=Employee.objects.get(user__username="linjing"))
    case = submit(100000, by="linjing").decide(MANAGER, "approve")
    assert case.who() == ["qinyong"]


def test_the_general_managers_own_goes_to_finance_once(submit):
    case = submit(600000, by=MANAGER)
    assert case.who() == [FINANCE]
    case.decide(FINANCE, "approve")
    assert case.ended("end_approved")
    assert case.notes() == [
        "Level 2 skipped: 周敏 approved the level before.",
        "Level 3 passed: nobody is left who could decide it.",
    ]


def test_nobody_is_asked_twice_in_a_row(submit):
    hold(Role.FINANCE, HEAD)
    case = submit(100000).decide(HEAD, "approve")
    assert case.ended("end_approved")
    assert case.notes() == ["Level 2 skipped: 单丽娜 approved the level before."]
    assert case.visits("decide").count("COMPLETED") <= 2


def test_where_all_are_asked_those_who_approved_before_are_left_out(submit_variant):
    case = submit_variant(100000)
    hold(Role.FINANCE, HEAD, CASHIER)
    case.decide(HEAD, "approve")
    assert case.who() == [CASHIER]
    assert case.notes() == ["Level 2: 单丽娜 approved the level before and is not asked again."]
    assert case.decide(CASHIER, "approve").ended("end_approved")


def test_whoever_leaves_is_followed_by_the_new_holder_of_the_role(submit):
    case = submit(100000).decide(HEAD, "approve")
    grant_role(role=Role.FINANCE, employee=Employee.objects.get(user__username=CASHIER))
    end_employment(employee=Employee.objects.get(user__username=FINANCE))
    case.until(case.now)
    assert case.who() == [CASHIER]
    assert case.decide(CASHIER, "approve").ended("end_approved")


# --- added approvers ------------------------------------------------------------------------------
def test_approvers_added_before_and_after_a_vote(submit_variant, people):
    case = submit_variant(100000).decide(HEAD, "approve")
    task = case.task(FINANCE)
    case.did(
        approvers.add_approver(task.pk, user=people["linjing"], by=people[FINANCE], now=MONDAY)
    )
    assert case.who() == [CASHIER, "linjing", FINANCE]
    case.decide(FINANCE, "approve")
    task = case.task(CASHIER)
    case.did(approvers.add_approver(task.pk, user=people["zhamin"], by=people[CASHIER], now=MONDAY))
    case.decide(CASHIER, "approve").decide("linjing", "approve")
    assert case.who() == ["zhamin"]
    assert case.decide("zhamin", "approve").ended("end_approved")


def test_an_added_approver_may_reject(submit_variant, people):
    case = submit_variant(100000).decide(HEAD, "approve")
    task = case.task(FINANCE)
    case.did(
        approvers.add_approver(task.pk, user=people["linjing"], by=people[FINANCE], now=MONDAY)
    )
    assert case.decide("linjing", "reject").ended("end_rejected")


# --- the document and its effects -----------------------------------------------------------------
def test_an_effect_that_fails_undoes_the_decision(submit, monkeypatch):
    def fail(contract, *, now) -> None:
        raise RuntimeError("没有库存")

    case = submit(50000)
    before = bytes(case.row.runtime)
    with monkeypatch.context() as patch:
        patch.setattr("apps.contracts.services.open_schedule", fail)
        with pytest.raises(OperationFailed, match="没有库存"):
            case.decide(HEAD, "approve")
    assert bytes(case.row.runtime) == before
    assert not case.trail("task.completed")
    (reason,) = case.trail("task.failed")
    assert "没有库存" in reason.data["message"]
    assert case.check().who() == [HEAD]
    assert case.stands("submitted")
    assert case.decide(HEAD, "approve").ended("end_approved")
    assert case.stands("approved")


def test_an_approver_sees_the_contract_and_not_its_variables(submit):
    case = submit(50000, under_floor=True)
    assert set(case.seen_by(HEAD)) <= {
        "document",
        "initiator",
        "route",
        "approvers",
        "decisions",
        "approver",
    }
    card = case.row.card
    assert (card["subject"], card["number"]) == (case.contract.name, case.contract.number)
    assert card["risks"] == ["under_floor"]


def test_what_is_being_approved_is_neither_changed_nor_submitted_again(submit, people):
    case = submit(50000)
    with pytest.raises(WrongState):
        save_record(
            kind=kind_of(SalesContract),
            record=case.contract,
            lines={},
            rights=rights_of(people[SELLER]),
        )
    with pytest.raises(WrongState):
        case.submitted()
    with pytest.raises((Conflict, OperationFailed, WrongState)):
        instances.start(
            "contract_approval",
            business_key=case.contract.business_key,
            variables={"document": case.contract.business_key, "initiator": people[SELLER]},
            starter=people[SELLER],
            now=MONDAY,
        )
    assert case.check().who() == [HEAD]


def test_an_incomplete_contract_isnt_submitted(people):
    deploy("contract_approval")
    contract = make_contract(line(make_product(price=900, floor_price=1000)))
    with pytest.raises(InvalidData) as caught:
        ContractCase(people, contract, SELLER)
    assert list(caught.value.data["errors"]) == ["lines-0-reason"]
    assert SalesContract.objects.get().state == "draft"


def test_a_revision_that_is_incomplete_stays_with_the_initiator(submit):
    case = submit().decide(HEAD, "return")
    contract = case.contract
    contract.lines.update(reason="", floor_price=10**7)
    with pytest.raises(InvalidData):
        case.submitted()
    assert case.check().who() == [SELLER]
    assert case.stands("returned")


# --- straight back to the sender ------------------------------------------------------------------
def at_manager(submit, **asked):
    case = submit().decide(HEAD, "approve").decide(FINANCE, "approve")
    return case.decide(MANAGER, "return", opinion="交货期再谈", **asked)


def test_a_returned_contract_goes_through_all_levels_again(submit):
    case = at_manager(submit).resubmit()
    assert case.who() == [HEAD]


def test_a_returned_contract_comes_straight_to_its_sender(submit):
    case = at_manager(submit, straight=True).resubmit()
    assert case.who() == [MANAGER]
    route = case.seen_by(MANAGER)["route"]
    assert [level.get("result") for level in route["levels"]] == ["approved", "approved", None]
    assert case.decide(MANAGER, "approve").ended("end_approved")


def test_levels_that_the_revised_contract_does_not_share_decide_again(submit):
    case = at_manager(submit, straight=True).resubmit(amount=50_000)
    assert case.who() == [HEAD]


def test_only_the_last_sender_decides_how_it_comes_back(submit):
    case = at_manager(submit, straight=True).resubmit()
    case.decide(MANAGER, "return", opinion="还是不行").resubmit()
    assert case.who() == [HEAD]


def test_what_was_withdrawn_since_goes_through_all_levels(submit):
    case = at_manager(submit, straight=True).resubmit().withdraw(SELLER)
    assert case.resubmit("revise_withdrawn").who() == [HEAD]


def test_the_first_level_has_none_to_skip(submit, people):
    case = submit()
    assert "straight" not in task_form(case.task(HEAD), people[HEAD]).fields
    case.decide(HEAD, "approve")
    assert "straight" in task_form(case.task(FINANCE), people[FINANCE]).fields
