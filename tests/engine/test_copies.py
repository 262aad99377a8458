"""Copies for those who need not decide, and urging those who have to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.people.models import User
from engine import copies, inbox, tasks
from engine.exceptions import InvalidData, WrongState
from engine.models import OutboxMessage
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]


@pytest.fixture
def case(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done")))
    return Case(people, "process", by="qiuzhiyuan")


def send(people, case, *names, note="请知悉", now=MONDAY):
    to = [people[name] for name in names]
    copies.send_copy(case.id, to=to, by=people["qiuzhiyuan"], note=note, now=now)


def test_a_copy_lies_in_a_list_until_it_is_read(people, case):
    send(people, case, "baixue", "zhoumin", "baixue")
    case.check()
    assert [entry.data["to"] for entry in case.trail("instance.copied")] == sorted(
        [people["baixue"], people["zhoumin"]]
    )
    assert OutboxMessage.objects.filter(message_id__contains="copy:").count() == 2
    assert inbox.counts(people["baixue"]).unread == 1
    (copy,) = copies.copies_of(people["baixue"])
    assert (copy.instance_id, copy.note) == (case.id, "请知悉")
    copies.mark_read(case.id, user=people["baixue"], now=MONDAY)
    assert inbox.counts(people["baixue"]).unread == 0
    assert inbox.counts(people["zhoumin"]).unread == 1
    send(people, case, "baixue", note="再看一下", now=MONDAY + timedelta(hours=1))
    (copy,) = copies.copies_of(people["baixue"])
    assert (copy.read_at, copy.note) == (None, "再看一下")


def test_nobody_who_may_not_log_in_gets_one(people, case):
    User.objects.filter(username="baixue").update(is_active=False)
    for names in (("baixue", "zhoumin"), ()):
        with pytest.raises(InvalidData):
            send(people, case, *names)
    assert case.trail("instance.copied") == []


def test_the_same_person_urges_once_in_half_an_hour(people, case):
    task = case.open[0].pk

    def urge(name: str, minutes: int) -> None:
        tasks.urge(task, by=people[name], now=MONDAY + timedelta(minutes=minutes))

    urge("qiuzhiyuan", 0)
    with pytest.raises(WrongState, match="09:30") as refused:
        urge("qiuzhiyuan", 29)
    assert refused.value.data["again_at"] == MONDAY + timedelta(minutes=30)
    urge("xiexiaomei", 29)
    urge("qiuzhiyuan", 30)
    assert len(case.trail("task.urged")) == 3
