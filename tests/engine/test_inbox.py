"""Pages of what a person has to do and has done."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from engine import inbox, tasks
from engine.exceptions import InvalidData
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ONE = "chenhai"


def test_pages_of_what_was_decided_at_one_moment_leave_nothing_out(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done")))
    ids = [Case(people, "process", by="qiuzhiyuan").open[0].pk for _number in range(5)]
    tasks.complete_many(ids, user=people[ONE], decision="done", now=MONDAY)
    seen, cursor = [], ""
    while not seen or cursor:
        page = inbox.decided(people[ONE], cursor=cursor, limit=2)
        assert len(page.tasks) <= 2
        seen += [task.pk for task in page.tasks]
        cursor = page.next
    assert seen == ids[::-1]


def test_what_is_put_off_counts_no_more_than_it_is_shown(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done", queue="work")))
    first, _second = (Case(people, "process", by="qiuzhiyuan").open[0].pk for _number in range(2))
    tomorrow = MONDAY + timedelta(days=1)
    tasks.claim(first, user=people[ONE], now=MONDAY)
    tasks.set_dates(first, user=people[ONE], follow_up_at=tomorrow, now=MONDAY)
    for moment, number in ((MONDAY, 1), (tomorrow, 2), (None, 2)):
        counts = inbox.counts(people[ONE], hide_snoozed_at=moment)
        page = inbox.page(people[ONE], hide_snoozed_at=moment)
        assert counts.total == len(page.tasks) == number
        assert sum(counts.queues.values()) == number
    tasks.complete(first, user=people[ONE], decision="done", now=MONDAY)
    assert inbox.counts(people[ONE], hide_snoozed_at=MONDAY).total == 1


def test_what_is_due_is_counted_up_to_a_limit(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done", queue="work")))
    ids = [Case(people, "process", by="qiuzhiyuan").open[0].pk for _number in range(5)]
    tomorrow = MONDAY + timedelta(days=1)
    for task in ids[:3]:
        tasks.set_dates(task, user=people[ONE], due_at=MONDAY, now=MONDAY - timedelta(hours=1))
    tasks.set_dates(ids[3], user=people[ONE], due_at=tomorrow, now=MONDAY)
    tasks.claim(ids[0], user=people[ONE], now=MONDAY)
    tasks.set_dates(ids[0], user=people[ONE], follow_up_at=tomorrow, now=MONDAY)

    def due(moment, at_most=10):
        return inbox.due_before(people[ONE], moment, at_most=at_most, hide_snoozed_at=moment)

    assert due(MONDAY) == 0
    assert due(MONDAY + timedelta(seconds=1)) == 2
    assert due(tomorrow + timedelta(seconds=1)) == 4
    assert due(tomorrow + timedelta(seconds=1), at_most=3) == 3


def test_a_diagram_puts_a_task_off_by_working_time(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done", followUpIn="P1D")))
    task = Case(people, "process", by="qiuzhiyuan").open[0]
    assert task.follow_up_at == MONDAY + timedelta(hours=9)  # from nine to six o'clock
    assert inbox.page(people[ONE], hide_snoozed_at=MONDAY).tasks == []
    assert inbox.page(people[ONE], hide_snoozed_at=task.follow_up_at).tasks == [task]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'[false,"yesterday",1]',
        b'[false,"2026-01-01T00:00:00",1]',
        b'[false,"2026-01-01T00:00:00+00:00",9223372036854775808]',
        b'[false,"2026-01-01T00:00:00+00:00",1e400]',
        b'[false,"2026-01-01T00:00:00+00:00",null]',
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(people, text):
    cursor = base64.urlsafe_b64encode(text or b"\xff").decode().rstrip("=")
    for look in (inbox.page, inbox.decided):
        with pytest.raises(InvalidData):
            look(people[ONE], cursor=cursor)
