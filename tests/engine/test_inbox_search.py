"""Finding open tasks by what they are about, in any order, page by page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine import inbox_search, tasks
from engine.exceptions import InvalidData
from engine.inbox_search import SORTS, Search
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ONE = "chenhai"
AMOUNTS = (500, 20, None, 500, 7, 80)


@pytest.fixture
def cases(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done")))
    return [
        Case(
            people,
            "process",
            by="qiuzhiyuan" if number else "xiexiaomei",
            card={
                "subject": f"合同 {number} 100%",
                "party": "苏州_医院",
                "risks": ["late"] if number % 2 else [],
            },
            now=MONDAY + timedelta(hours=number),
            **({} if amount is None else {"amount": Decimal(amount)}),
        )
        for number, amount in enumerate(AMOUNTS)
    ]


def found(people, wanted: Search, limit: int = 100) -> list[int]:
    """Through all pages forward; each page back gives the one before."""
    seen, cursor, before = [], "", None
    while True:
        page = inbox_search.page(people[ONE], wanted, cursor=cursor, limit=limit)
        if before is not None:
            back = inbox_search.page(people[ONE], wanted, cursor=page.previous, limit=limit)
            assert [t.pk for t in back.tasks] == before
        before = [task.pk for task in page.tasks]
        seen += before
        cursor = page.next
        if not cursor:
            return seen


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
@pytest.mark.parametrize("sort", SORTS)
def test_every_order_shows_each_task_once(people, cases, sort, limit):
    places = {case.open[0].pk: number for number, case in enumerate(cases)}
    order = [places[task] for task in found(people, Search(sort=sort), limit)]
    expected = {
        "due": [0, 1, 2, 3, 4, 5],
        "created": [5, 4, 3, 2, 1, 0],
        "amount": [3, 0, 5, 1, 4, 2],
    }
    assert order == expected[sort]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"text": "合同 4"}, [4]),
        ({"text": "100%"}, [0, 1, 2, 3, 4, 5]),
        ({"text": "1_0"}, []),
        ({"text": "苏州_"}, [0, 1, 2, 3, 4, 5]),
        ({"text": "\x00"}, [0, 1, 2, 3, 4, 5]),
        ({"least": Decimal(80), "most": Decimal(500)}, [0, 3, 5]),
        ({"view": "mine"}, []),
        ({"queues": ["work"]}, [0, 1, 2, 3, 4, 5]),
        ({"queues": ["contracts"]}, []),
        ({"due_before": MONDAY}, []),
        ({"risk": "late"}, [1, 3, 5]),
        ({"risk": "la"}, []),
    ],
)
def test_filters(people, cases, wanted, expected):
    places = {case.open[0].pk: number for number, case in enumerate(cases)}
    search = Search(**{"text": "", **wanted})
    assert [places[task] for task in found(people, search)] == expected
    total = inbox_search.total(people[ONE], search)
    assert total.number == len(expected)
    assert total.amount == sum(AMOUNTS[place] or 0 for place in expected)


def test_of_one_initiator_and_nobody_elses_inbox(people, cases):
    own = Search(initiators=[people["xiexiaomei"]])
    assert found(people, own) == [cases[0].open[0].pk]
    assert inbox_search.total(people["qinyong"], own).number == 0
    assert inbox_search.page(people["qinyong"], Search(text="合同")).tasks == []


def test_what_is_put_off_and_what_is_due(people, cases):
    task = cases[1].open[0]
    later = MONDAY + timedelta(days=3)
    tasks.claim(task.pk, user=people[ONE], now=MONDAY)
    tasks.set_dates(task.pk, user=people[ONE], due_at=later, follow_up_at=later, now=MONDAY)
    due = Search(due_before=later + timedelta(hours=1))
    assert found(people, due) == [task.pk]
    assert inbox_search.page(people[ONE], due, hide_snoozed_at=MONDAY).tasks == []


def test_a_cursor_of_another_order_is_refused(people, cases):
    cursor = inbox_search.page(people[ONE], Search(sort="amount"), limit=1).next
    with pytest.raises(InvalidData):
        inbox_search.page(people[ONE], Search(sort="created"), cursor=cursor)
