"""The board: what stands in which column, and how cards are moved."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.sales.models import Opportunity, OpportunityStage
from apps.sales.opportunities import board
from apps.sales.opportunities.next_steps import NextStep, finders
from apps.sales.opportunities.services import move_opportunity, win_opportunity
from tests.contracts.factories import rights
from tests.kinds.factories import make
from tests.sales.test_opportunities import opened, stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
BOARD, MOVE = "/sales/board/", "/sales/board/move/"


def columns(client, **query):
    answer = client.get(BOARD, query)
    assert answer.status_code == 200
    return {column.stage: column for column in answer.context["columns"]}


def names(column) -> list[str]:
    return [card.row.name for card in column.cards]


def sent(opportunity: Opportunity, stage: OpportunityStage) -> dict[str, int]:
    """What the form of a card sends."""
    return {"opportunity": opportunity.pk, "stage": stage.pk, "version": opportunity.version}


def move(client, opportunity: Opportunity, stage: OpportunityStage, *, alive=True, query=""):
    accept = {"HTTP_ACCEPT": "application/json"} if alive else {}
    return client.post(MOVE, {**sent(opportunity, stage), "query": query}, **accept)


class TestWhatItShows:
    def test_open_ones_stand_in_their_stages_with_count_and_sum(self, signed_in):
        opened(name="甲", amount=100)
        opened(name="乙", amount=200)
        third = opened(name="丙", amount=50, stage=stages()[2])
        won = opened(name="丁")
        win_opportunity(opportunity=won.pk, rights=rights("qiuzhiyuan"))
        found = columns(signed_in("qiuzhiyuan"))
        first = found[stages()[0]]
        assert sorted(names(first)) == ["乙", "甲"]
        assert (first.totals.count, first.totals.money) == (2, "¥300")
        assert names(found[third.stage]) == ["丙"]
        assert found[stages()[1]].totals.count == 0

    def test_everybody_has_a_board_of_their_own(self, signed_in):
        opened()
        assert columns(signed_in("ouwenbin"))[stages()[0]].totals.count == 0
        assert columns(signed_in("shanlina"))[stages()[0]].totals.count == 1

    def test_filters_are_those_of_the_list(self, signed_in):
        opened(name="甲")
        opened(name="乙", owner=rights("xiexiaomei").user)
        client = signed_in("shanlina")
        mine = columns(client, owner=rights("xiexiaomei").user)[stages()[0]]
        assert names(mine) == ["乙"]
        listed = client.get(mine.url)
        assert [line.row.name for line in listed.context["rows"]] == ["乙"]

    def test_a_stage_out_of_use_is_shown_while_something_stands_in_it(self, signed_in):
        first, second = stages()[:2]
        opened()
        OpportunityStage.objects.filter(pk__in=[first.pk, second.pk]).update(active=False)
        found = columns(signed_in("qiuzhiyuan"))
        assert first in found
        assert second not in found

    def test_long_columns_come_in_portions(self, signed_in, monkeypatch):
        monkeypatch.setattr(board, "SHOWN", 2)
        customer = make("sales.customer").pk
        for number in range(5):
            opened(name=f"机会{number}", customer=customer)
        client = signed_in("qiuzhiyuan")
        column = columns(client)[stages()[0]]
        seen = names(column)
        while column.more:
            answer = client.get(column.more)
            column = answer.context["column"]
            seen += names(column)
        assert len(seen) == 5
        assert len(set(seen)) == 5

    def test_cards_say_what_is_planned_next(self, signed_in):
        opportunity, at = opened(), timezone.now() - timedelta(hours=1)
        finders.add("test", lambda pks: {pk: NextStep("回访", at) for pk in pks})
        try:
            card = columns(signed_in("qiuzhiyuan"))[stages()[0]].cards[0]
        finally:
            finders.remove("test")
        assert (card.row, card.step.subject, card.step_late) == (opportunity, "回访", True)

    def test_questions_do_not_grow_with_the_cards(self, signed_in, django_assert_max_num_queries):
        customer, client = make("sales.customer").pk, signed_in("qiuzhiyuan")
        client.get(BOARD)
        for number in range(6):
            opened(name=f"机会{number}", customer=customer, stage=stages()[number % 3])
        with django_assert_max_num_queries(25):
            client.get(BOARD)


class TestMoving:
    def test_a_card_comes_back_as_it_is_now(self, signed_in):
        opportunity, second = opened(), stages()[1]
        answer = move(signed_in("qiuzhiyuan"), opportunity, second)
        assert answer.status_code == 200
        told = json.loads(answer.content)
        assert told["stage"] == second.pk
        assert told["columns"][str(second.pk)] == {"count": 1, "money": "¥680,000"}
        opportunity.refresh_from_db()
        assert opportunity.stage == second
        assert f'name="version" value="{opportunity.version}"' in told["html"]

    def test_without_javascript_a_button_does_it(self, signed_in):
        opportunity = opened()
        answer = move(
            signed_in("qiuzhiyuan"), opportunity, stages()[1], alive=False, query="q=超声"
        )
        assert answer.status_code == 302
        assert answer.url.startswith(f"{BOARD}?q=")
        opportunity.refresh_from_db()
        assert opportunity.stage == stages()[1]

    def test_what_somebody_moved_meanwhile_goes_back_to_where_it_is(self, signed_in):
        opportunity, (_first, second, third, *_rest) = opened(), stages()
        move_opportunity(opportunity=opportunity.pk, stage=third.pk, rights=rights("shanlina"))
        answer = move(signed_in("qiuzhiyuan"), opportunity, second)
        assert answer.status_code == 409
        told = json.loads(answer.content)
        assert "单丽娜" in told["problem"]
        assert told["stage"] == third.pk
        opportunity.refresh_from_db()
        assert opportunity.stage == third

    def test_what_is_closed_leaves_the_board(self, signed_in):
        opportunity = opened()
        win_opportunity(opportunity=opportunity.pk, rights=rights("qiuzhiyuan"))
        told = json.loads(move(signed_in("qiuzhiyuan"), opportunity, stages()[1]).content)
        assert (told["html"], told["stage"]) == ("", None)
        assert told["problem"]

    def test_what_somebody_does_not_see_they_do_not_move(self, signed_in):
        opportunity = opened()
        answer = move(signed_in("ouwenbin"), opportunity, stages()[1])
        assert answer.status_code == 404
        opportunity.refresh_from_db()
        assert opportunity.stage == stages()[0]

    @pytest.mark.parametrize("wrong", [{"stage": ""}, {"version": "x"}, {"opportunity": "9" * 30}])
    def test_nonsense_is_refused(self, wrong, signed_in):
        answer = signed_in("qiuzhiyuan").post(MOVE, {**sent(opened(), stages()[1]), **wrong})
        assert answer.status_code == 422

    def test_a_stage_that_is_gone_is_said(self, signed_in):
        opportunity, second = opened(), stages()[1]
        OpportunityStage.objects.filter(pk=second.pk).update(active=False)
        answer = move(signed_in("qiuzhiyuan"), opportunity, second)
        assert answer.status_code == 422
        assert json.loads(answer.content)["stage"] == stages()[0].pk
