"""What a person may do with a human task beside deciding it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils.translation import gettext, override

from apps.people.models import Employee, User
from apps.people.services import end_employment
from engine import approvers, inbox, instances, outbox, tasks
from engine.exceptions import Conflict, InvalidData, NotAllowed, NotFound, WrongState
from engine.models import Decision, OutboxMessage, TaskState
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ONE, TWO = "chenhai", "wulei"  # the engineers
STRANGER = "qinyong"
DELEGATED = "委派"


@pytest.fixture
def case(people) -> Case:
    """One task for the engineers."""
    task = user(candidateGroups="engineer", decisions="done,not_done", dueIn="P1D")
    deploy_drawn(line_of(task))
    return Case(people, "process", by="qiuzhiyuan", card={"subject": "安装"})


def pk(case: Case) -> int:
    return case.open[0].pk


# --- claiming -------------------------------------------------------------------------------------
def test_a_claimed_task_lies_with_its_assignee_alone(case, people):
    assert case.who() == [f"{ONE}|{TWO}"]
    assert inbox.counts(people[TWO]).to_claim == 1
    tasks.claim(pk(case), user=people[ONE], now=MONDAY)
    assert case.did().who() == [ONE]
    assert case.open[0].state == TaskState.RESERVED
    assert inbox.counts(people[TWO]).total == 0
    assert [entry.actor for entry in case.trail("task.claimed")] == [people[ONE]]


def test_claiming_once_more_changes_nothing(case, people):
    tasks.claim(pk(case), user=people[ONE], now=MONDAY)
    length = case.row.trail_length
    tasks.claim(pk(case), user=people[ONE], now=MONDAY)
    assert case.did().row.trail_length == length


def test_what_another_has_claimed_can_neither_be_claimed_nor_decided(case, people):
    tasks.claim(pk(case), user=people[ONE], now=MONDAY)
    for command in (tasks.claim, tasks.unclaim):
        with pytest.raises(Conflict, match="陈海") as error:
            command(pk(case), user=people[TWO], now=MONDAY)
        assert error.value.data["by"] == people[ONE]
    with pytest.raises(Conflict):
        tasks.complete(pk(case), user=people[TWO], decision="done", now=MONDAY)
    assert case.check().who() == [ONE]


def test_whoever_isnt_asked_may_do_nothing(case, people):
    stranger = people[STRANGER]
    for act in (
        lambda: tasks.claim(pk(case), user=stranger),
        lambda: tasks.complete(pk(case), user=stranger, decision="done"),
        lambda: tasks.transfer(pk(case), to=stranger, by=stranger),
        lambda: tasks.assign(pk(case), to=stranger, by=stranger),
        lambda: tasks.delegate(pk(case), to=stranger, by=stranger),
        lambda: tasks.set_dates(pk(case), user=stranger, priority=1),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert case.check().who() == [f"{ONE}|{TWO}"]


def test_a_task_goes_back_to_its_pool(case, people):
    with pytest.raises(WrongState):
        tasks.unclaim(pk(case), user=people[ONE], now=MONDAY)
    tasks.claim(pk(case), user=people[ONE], now=MONDAY)
    tasks.unclaim(pk(case), user=people[ONE], now=MONDAY)
    assert case.did().who() == [f"{ONE}|{TWO}"]
    assert case.decide(TWO, "done").ended("end")


def test_there_is_no_such_task(case, people):
    with pytest.raises(NotFound):
        tasks.claim(0, user=people[ONE])


# --- giving it to somebody else -------------------------------------------------------------------
def test_an_administrator_or_somebody_asked_assigns(case, people):
    tasks.assign(pk(case), to=people[STRANGER], by=people["admin"], reason="熟悉", now=MONDAY)
    assert case.did().who() == [STRANGER]
    assert case.open[0].assignment == {
        str(people[STRANGER]): {"rule": "assigned", "by": people["admin"]}
    }
    tasks.assign(pk(case), to=people[ONE], by=people[STRANGER], now=MONDAY)
    assert case.did().decide(ONE, "done").ended("end")


def test_a_transferred_task_cannot_be_put_back(case, people):
    tasks.transfer(pk(case), to=people[STRANGER], by=people[ONE], now=MONDAY)
    assert case.did().who() == [STRANGER]
    with pytest.raises(WrongState):
        tasks.unclaim(pk(case), user=people[STRANGER], now=MONDAY)
    (entry,) = case.trail("task.transferred")
    assert (entry.actor, entry.data["to"]) == (people[ONE], people[STRANGER])


def test_a_task_is_given_only_to_somebody_else(case, people):
    me, admin = people[ONE], people["admin"]
    for act in (tasks.transfer, tasks.delegate):
        with pytest.raises(InvalidData) as refused:
            act(pk(case), to=me, by=me, now=MONDAY)
        assert refused.value.data["errors"].keys() == {"to"}
    tasks.claim(pk(case), user=me, now=MONDAY)
    for act in (tasks.transfer, tasks.delegate, tasks.assign):
        with pytest.raises(InvalidData):
            act(pk(case), to=me, by=me, now=MONDAY)
    with pytest.raises(InvalidData):
        tasks.assign(pk(case), to=me, by=admin, now=MONDAY)
    assert case.did().who() == [ONE]
    tasks.assign(pk(case), to=admin, by=admin, now=MONDAY)
    assert case.did().who() == ["admin"]


def test_nobody_gets_a_task_who_cannot_log_in(case, people):
    end_employment(employee=Employee.objects.get(user_id=people[STRANGER]))
    for act in (
        lambda: tasks.assign(pk(case), to=people[STRANGER], by=people["admin"]),
        lambda: tasks.delegate(pk(case), to=people[STRANGER], by=people[ONE]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_delegated_task_comes_back_and_is_decided_then(case, people):
    tasks.delegate(pk(case), to=people[STRANGER], by=people[ONE], now=MONDAY)
    assert case.did().who() == [STRANGER]
    with pytest.raises(WrongState):
        case.decide(STRANGER, "done")
    with pytest.raises(WrongState):
        tasks.delegate(pk(case), to=people[TWO], by=people[STRANGER], now=MONDAY)
    tasks.resolve(pk(case), user=people[STRANGER], opinion="没问题", now=MONDAY)
    assert case.did().who() == [ONE]
    with pytest.raises(WrongState):
        tasks.resolve(pk(case), user=people[ONE], now=MONDAY)
    assert case.decide(ONE, "done").ended("end")
    assert case.trail("task.resolved")[0].data["opinion"] == "没问题"


# --- deciding -------------------------------------------------------------------------------------
def test_the_decision_is_kept(case, people):
    case.decide(ONE, "not_done", opinion="缺零件", note="x")
    decision = Decision.objects.get()
    assert (decision.user, decision.code, decision.opinion) == (people[ONE], "not_done", "缺零件")
    assert decision.data == {"note": "x"}
    task = decision.task
    assert (task.state, task.decided_by, task.decision) == (
        TaskState.COMPLETED,
        people[ONE],
        "not_done",
    )
    assert [t.pk for t in inbox.decided(people[ONE]).tasks] == [task.pk]


def test_whoever_only_looks_into_a_task_neither_keeps_it_nor_hands_it_on(case, people):
    tasks.delegate(pk(case), to=people[STRANGER], by=people[ONE], now=MONDAY)
    asked = people[STRANGER]
    for act in (
        lambda: tasks.transfer(pk(case), to=asked, by=asked),
        lambda: tasks.assign(pk(case), to=asked, by=asked),
        lambda: tasks.delegate(pk(case), to=people[TWO], by=asked),
        lambda: approvers.add_approver(pk(case), user=people[TWO], by=asked),
        lambda: approvers.send_back(pk(case), to=str(case.open[0].task_id), user=asked, opinion=""),
    ):
        with pytest.raises(WrongState, match=DELEGATED):
            act()
    assert case.check().open[0].owner == people[ONE]


def test_an_opinion_has_a_limit(case, people):
    with pytest.raises(InvalidData) as error:
        case.decide(ONE, "done", opinion="长" * 2001)
    assert list(error.value.data["errors"]) == ["opinion"]
    assert case.decide(ONE, "done", opinion="长" * 2000).ended("end")


def test_only_what_is_offered_can_be_decided(case):
    with pytest.raises(InvalidData):
        case.decide(ONE, "approve")
    with pytest.raises(InvalidData):
        case.decide(ONE, "")
    assert case.check().who() == [f"{ONE}|{TWO}"]


def test_the_loser_reads_who_was_faster_and_when(case, people):
    task = case.task(TWO)
    case.now += timedelta(minutes=92)
    case.decide(ONE, "done")
    with pytest.raises(Conflict, match=r"陈海.*10:32") as error:
        tasks.complete(task.pk, user=people[TWO], decision="done", now=case.now)
    assert (error.value.data["by"], error.value.data["at"]) == (people[ONE], case.now)


def test_a_number_of_any_length_may_be_typed(case, people):
    """What is no variable has no limits but those of its form."""
    case.decide(ONE, "done", count=10**30)
    assert Decision.objects.get().data == {"count": str(10**30)}


def test_what_has_changed_since_it_was_seen_is_a_conflict(case, people):
    seen = case.task(ONE).version
    tasks.set_dates(pk(case), user=people[TWO], priority=90, now=MONDAY)
    with pytest.raises(Conflict):
        tasks.complete(pk(case), user=people[ONE], decision="done", seen_version=seen, now=MONDAY)
    assert case.check().decide(ONE, "done").ended("end")


def test_nothing_is_done_in_a_suspended_case(case, people):
    instances.suspend(case.id, by=people["admin"], reason="审计", now=MONDAY)
    for act in (
        lambda: tasks.claim(pk(case), user=people[ONE]),
        lambda: tasks.complete(pk(case), user=people[ONE], decision="done"),
    ):
        with pytest.raises(WrongState):
            act()
    instances.resume(case.id, by=people["admin"], now=MONDAY)
    assert case.check().decide(ONE, "done").ended("end")


# --- dates and urging -----------------------------------------------------------------------------
def test_due_dates_order_the_inbox_and_follow_up_dates_hide(case, people):
    other = Case(people, "process", by="qiuzhiyuan")
    assert [t.instance_id for t in inbox.page(people[ONE]).tasks] == [case.id, other.id]
    tasks.set_dates(other.open[0].pk, user=people[ONE], due_at=MONDAY, now=MONDAY)
    assert [t.instance_id for t in inbox.page(people[ONE]).tasks] == [other.id, case.id]
    later = MONDAY + timedelta(days=2)
    tasks.claim(other.open[0].pk, user=people[ONE], now=MONDAY)
    tasks.set_dates(other.open[0].pk, user=people[ONE], follow_up_at=later, now=MONDAY)
    shown = inbox.page(people[ONE], hide_snoozed_at=MONDAY)
    assert [t.instance_id for t in shown.tasks] == [case.id]
    shown = inbox.page(people[ONE], hide_snoozed_at=later)
    assert len(shown.tasks) == 2
    other.check()


HANDED = {
    "put back": lambda task, people: tasks.unclaim(task, user=people[ONE], now=MONDAY),
    "assigned": lambda task, people: tasks.assign(
        task, to=people[TWO], by=people["admin"], now=MONDAY
    ),
    "transferred": lambda task, people: tasks.transfer(
        task, to=people[TWO], by=people[ONE], now=MONDAY
    ),
    "delegated": lambda task, people: tasks.delegate(
        task, to=people[TWO], by=people[ONE], now=MONDAY
    ),
}


@pytest.mark.parametrize("how", HANDED)
def test_what_somebody_has_put_off_is_not_hidden_from_who_gets_it(case, people, how):
    later = MONDAY + timedelta(days=9)
    with pytest.raises(WrongState):  # it would be hidden from the others, too
        tasks.set_dates(pk(case), user=people[ONE], follow_up_at=later, now=MONDAY)
    tasks.claim(pk(case), user=people[ONE], now=MONDAY)
    tasks.set_dates(pk(case), user=people[ONE], follow_up_at=later, now=MONDAY)
    assert inbox.page(people[ONE], hide_snoozed_at=MONDAY).tasks == []
    HANDED[how](pk(case), people)
    assert inbox.page(people[TWO], hide_snoozed_at=MONDAY).tasks == case.check().open
    assert inbox.counts(people[TWO], hide_snoozed_at=MONDAY).total == 1


@pytest.mark.parametrize(
    "dates",
    [
        {"due_at": datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))},
        {"due_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)},
        {"follow_up_at": datetime(2031, 3, 3)},
        {"priority": 101},
        {"priority": -1},
    ],
)
def test_dates_that_no_inbox_could_show_are_refused(case, people, dates):
    with pytest.raises(InvalidData) as error:
        tasks.set_dates(pk(case), user=people[ONE], now=MONDAY, **dates)
    assert error.value.data["errors"].keys() == dates.keys()
    assert case.check().open[0].version == 1


def test_urging_mails_each_who_is_asked_once_in_half_an_hour(case, people):
    tasks.urge(pk(case), by=people["qiuzhiyuan"], now=MONDAY)
    with pytest.raises(WrongState):
        tasks.urge(pk(case), by=people["qiuzhiyuan"], now=MONDAY + timedelta(minutes=10))
    sent = OutboxMessage.objects.order_by("id").values_list("payload", flat=True)
    assert sorted(notice["user"] for notice in sent) == sorted(people[name] for name in (ONE, TWO))
    tasks.urge(pk(case), by=people["qiuzhiyuan"], now=MONDAY + timedelta(hours=1))
    assert OutboxMessage.objects.count() == 4
    assert len(case.did().trail("task.urged")) == 2


def test_urging_writes_in_the_language_of_the_reader(case, people):
    User.objects.filter(username=ONE).update(language="en")
    tasks.urge(pk(case), by=people["qiuzhiyuan"], text="客户在等", now=MONDAY)
    assert outbox.drain(now=MONDAY) == 2
    sent = {address: letter for letter in mail.outbox for address in letter.to}
    for name, language in ((ONE, "en"), (TWO, "zh-hans")):
        letter = sent[f"{name}@kangze.example"]
        with override(language):
            assert letter.subject == gettext("Please decide: %(subject)s") % {"subject": "安装"}
        assert letter.body == "客户在等"
