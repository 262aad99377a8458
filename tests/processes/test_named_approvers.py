"""Contract approval by a matrix of the firm's own: people, superiors and roles that it names, and
who gets copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.core.approval.deciders import decider_of
from apps.core.approval.settings.conditions import Condition
from apps.core.approval.settings.matrix import Row, matrix
from apps.core.approval.settings.services import save_matrix
from apps.core.inbox.wording import reason_text
from apps.people.models import Employee
from apps.people.services import create_role, end_employment, grant_role
from engine.exceptions import InvalidData
from engine.models import Copy, TrailEntry, TrailEvent
from tests.casework import MONDAY, deploy
from tests.processes.test_contract_approval import (
    FINANCE,
    HEAD,
    MANAGER,
    SELLER,
    ContractCase,
    draft,
)

pytestmark = pytest.mark.django_db
ENGINEER = "chenhai"


@pytest.fixture
def submit_by(people):
    """A contract of 仇志远, decided at these levels: each a decider, or one with its copies."""

    def start(*levels: str | tuple[str, tuple[str, ...]], by: str = SELLER) -> ContractCase:
        deploy("contract_approval")
        found = matrix("contract_matrix")
        rows = [
            Row((Condition(),) * len(found.inputs), number, *_told(level))
            for number, level in enumerate(levels, start=1)
        ]
        save_matrix(matrix=found, rows=rows, by=people["admin"], now=MONDAY)
        return ContractCase(people, draft(by=by), by)

    return start


def _told(level: str | tuple[str, tuple[str, ...]]) -> tuple[str, str, int, str, tuple[str, ...]]:
    role, copies = (level, ()) if isinstance(level, str) else level
    return role, "any", 100, "", copies


def why(case: ContractCase, user: str) -> str:
    reason = case.task(user).assignment[str(case.people[user])]
    return reason_text(reason, dict(case.names) | {case.people[SELLER]: "仇志远"})


def test_somebody_named_decides(submit_by, people):
    case = submit_by(decider_of(people[ENGINEER]))
    assert case.who() == [ENGINEER]
    assert why(case, ENGINEER) == "审批设置中指定"
    assert case.decide(ENGINEER, "approve").ended("end_approved")


def test_the_superior_decides(submit_by):
    case = submit_by("superior", "general_manager")
    assert case.who() == [HEAD]
    assert why(case, HEAD) == "仇志远 的上级"
    assert case.decide(HEAD, "approve").who() == [MANAGER]


def test_at_the_top_finance_decides_for_the_superior(submit_by):
    assert submit_by("superior", by=MANAGER).who() == [FINANCE]


def test_holders_of_a_role_of_the_firm_decide(submit_by, people):
    own = create_role(name="大客户委员会")
    grant_role(role=own.code, employee=Employee.objects.get(user=people[ENGINEER]))
    case = submit_by(own.code)
    assert case.who() == [ENGINEER]
    assert why(case, ENGINEER) == "担任大客户委员会"


def test_a_role_that_is_gone_stops_the_submission(submit_by, people):
    with pytest.raises(InvalidData, match="firm_0"):
        submit_by("firm_0")


def test_for_somebody_who_has_left_an_administrator_names_an_approver(submit_by, people):
    gone = Employee.objects.get(user=people[ENGINEER])
    end_employment(employee=gone)
    case = submit_by(decider_of(people[ENGINEER]))
    assert (case.elements(), case.who()) == (["name_approvers"], ["admin"])


def test_nobody_decides_their_own_though_named(submit_by, people):
    assert submit_by(decider_of(people[SELLER])).who() == [HEAD]


def test_copies_go_out_when_the_level_has_approved(submit_by, people):
    copies = ("finance", decider_of(people[ENGINEER]), "superior", decider_of(people[SELLER]))
    case = submit_by(("general_manager", copies), "superior")
    assert not Copy.objects.exists()
    case.decide(MANAGER, "approve")
    shown = [people[user] for user in (FINANCE, ENGINEER, HEAD)]  # the seller knows anyhow
    assert sorted(Copy.objects.values_list("user", flat=True)) == sorted(shown)
    entries = TrailEntry.objects.filter(instance=case.id, event=TrailEvent.COPIED)
    assert [entry.actor for entry in entries] == [None] * 3
    letters = [letter for letter in case.letters() if letter.subject.startswith("抄送")]
    assert len(letters) == 3
    case.decide(HEAD, "return", opinion="再议").resubmit().decide(MANAGER, "approve")
    assert Copy.objects.count() == 3  # unread again, not twice


def test_no_copies_where_the_level_refuses(submit_by):
    case = submit_by(("general_manager", ("finance",)))
    case.decide(MANAGER, "reject")
    assert case.ended("end_rejected")
    assert not Copy.objects.exists()


def test_what_is_written_into_the_table_reads_the_same(submit_by, people):
    submit_by(("superior", ("finance", decider_of(people[ENGINEER]))), "general_manager")
    found = matrix("contract_matrix")
    assert [row.cc for row in found.rows] == [("finance", decider_of(people[ENGINEER])), ()]
    rows = [replace(row, cc=()) for row in found.rows]
    save_matrix(matrix=found, rows=rows, by=people["admin"], now=MONDAY)
    assert list(matrix("contract_matrix").rows) == rows
