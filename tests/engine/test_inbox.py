"""Pages of what a person has to do and has done."""

from __future__ import annotations

import base64

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
