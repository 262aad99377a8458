"""Opportunities: their stages and how they came through them, won, lost, reopened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.core.access.actions import Action
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record
from apps.core.parameters.models import DictionaryEntry
from apps.sales.customers.blockers import blockers_of
from apps.sales.customers.services.stages import close_customer
from apps.sales.models import (
    Collaborator,
    Opportunity,
    OpportunityStage,
    OpportunityState,
    StageChange,
    StageEvent,
)
from apps.sales.opportunities.services import (
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    reopen_opportunity,
    win_opportunity,
)
from engine.exceptions import Conflict, InvalidData, NotFound, WrongState
from tests.contracts.factories import rights
from tests.kinds.factories import make

NOW = datetime(2031, 3, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def stages() -> list[OpportunityStage]:
    return list(OpportunityStage.objects.all())


def opened(by: str = "qiuzhiyuan", **given) -> Opportunity:
    known = {
        "customer": given.get("customer") or make("sales.customer", by).pk,
        "name": "超声采购",
        "amount": Decimal(680_000),
        "owner": rights(by).user,
        "now": NOW,
    }
    return open_opportunity(**(known | given))


def reason(dictionary: str) -> int:
    return DictionaryEntry.objects.filter(dictionary=dictionary).first().pk


def close(customer) -> None:
    """Close a customer for the first reason there is."""
    why = DictionaryEntry.objects.filter(dictionary="stage_reason").first()
    close_customer(customer_id=customer.pk, reason=why, rights=rights("qiuzhiyuan"), now=NOW)


def story(opportunity: Opportunity) -> list[tuple]:
    changes = opportunity.stage_changes.select_related("from_stage", "to_stage")
    return [
        (c.event, c.from_stage and c.from_stage.name, c.to_stage and c.to_stage.name, c.days)
        for c in changes
    ]


def _as_sent(table) -> dict[str, str]:
    """What a browser sends of a table of rows that nobody has changed."""
    sent = {form[name].html_name: form[name].value() for form in table for name in form.fields}
    management = table.management_form
    sent |= {management[name].html_name: management[name].value() for name in management.fields}
    return {
        name: str(value) for name, value in sent.items() if not (value is None or value is False)
    }


class TestStages:
    def test_an_account_set_begins_with_stages_in_their_order(self):
        rates = [stage.win_rate for stage in stages()]
        assert len(rates) == 5
        assert rates == sorted(rates)

    def test_administrators_settle_names_win_rates_and_order(self, signed_in):
        client, url = signed_in("admin"), reverse("sales:stages")
        (_title, table), *_others = client.get(url).context["tables"]
        sent = _as_sent(table)
        sent |= {"opportunitystage-0-name": "初次拜访", "opportunitystage-0-win_rate": "15"}
        new = {"name": "招标", "win_rate": "60", "position": "3", "active": "on"}
        sent |= {f"opportunitystage-5-{name}": value for name, value in new.items()}
        assert client.post(url, sent).status_code == 302
        found = {stage.name: stage.win_rate for stage in stages()}
        assert (found["初次拜访"], found["招标"], len(found)) == (15, 60, 6)
        opportunity = opened()
        assert (opportunity.stage.name, opportunity.chance) == ("初次拜访", 15)

    def test_a_win_rate_over_a_hundred_and_a_stage_in_use_are_refused(self, signed_in):
        client, url = signed_in("admin"), reverse("sales:stages")
        sent = _as_sent(client.get(url).context["tables"][0][1])
        wrong = client.post(url, sent | {"opportunitystage-0-win_rate": "101"})
        assert wrong.status_code == 422
        opportunity = opened()
        client.post(url, sent | {"opportunitystage-0-DELETE": "on"})
        assert OpportunityStage.objects.filter(pk=opportunity.stage_id).exists()

    def test_its_win_rate_is_that_of_the_stage_until_somebody_types_one(self):
        opportunity = opened()
        assert opportunity.chance == stages()[0].win_rate
        opportunity.win_rate = Decimal(35)
        assert opportunity.chance == 35
        assert opportunity.weighted == Decimal("238000.00")

    def test_one_that_is_out_of_use_takes_no_more(self):
        opportunity, second = opened(), stages()[1]
        OpportunityStage.objects.filter(pk=second.pk).update(active=False)
        with pytest.raises(InvalidData):
            move_opportunity(
                opportunity=opportunity.pk, stage=second.pk, rights=rights("qiuzhiyuan")
            )

    def test_without_any_stage_in_use_the_way_out_is_said(self):
        OpportunityStage.objects.update(active=False)
        with pytest.raises(InvalidData, match="系统设置"):
            opened()


class TestHistory:
    def test_each_move_is_noted_with_its_days(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        first, second, third = stages()[:3]
        move_opportunity(opportunity=opportunity.pk, stage=second.pk, rights=by, now=NOW + 4 * DAY)
        moved = move_opportunity(
            opportunity=opportunity.pk, stage=third.pk, rights=by, now=NOW + 13 * DAY
        )
        assert story(opportunity) == [
            (StageEvent.OPENED, None, first.name, None),
            (StageEvent.MOVED, first.name, second.name, 4),
            (StageEvent.MOVED, second.name, third.name, 9),
        ]
        assert moved.days_in_stage_at(NOW + 15 * DAY) == 2
        assert opportunity.stage_changes.last().by_id == by.user

    def test_the_furthest_stage_stays_when_it_goes_back(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        for stage in (stages()[3], stages()[1]):
            move_opportunity(opportunity=opportunity.pk, stage=stage.pk, rights=by, now=NOW)
        opportunity.refresh_from_db()
        assert (opportunity.stage, opportunity.furthest) == (stages()[1], stages()[3])

    def test_a_typed_win_rate_goes_with_its_stage(self):
        opportunity = opened(win_rate=Decimal(5))
        moved = move_opportunity(
            opportunity=opportunity.pk, stage=stages()[1].pk, rights=rights("qiuzhiyuan")
        )
        assert moved.win_rate is None

    def test_moving_to_where_it_stands_is_nothing(self):
        opportunity = opened()
        same = move_opportunity(
            opportunity=opportunity.pk, stage=stages()[0].pk, rights=rights("qiuzhiyuan")
        )
        assert same.version == opportunity.version
        assert opportunity.stage_changes.count() == 1

    def test_rows_are_never_altered(self):
        opened()
        with pytest.raises(DatabaseError), transaction.atomic():
            StageChange.objects.update(days=1)

    def test_its_form_notes_openings_and_moves_too(self):
        opportunity = make("sales.opportunity")
        opportunity.stage = stages()[2]
        save_record(
            kind=kind_of(Opportunity),
            record=opportunity,
            lines={"competitors": list(opportunity.competitors.all())},
            rights=rights("qiuzhiyuan"),
            now=opportunity.stage_since + 3 * DAY,
        )
        first, third = stages()[0], stages()[2]
        assert story(opportunity) == [
            (StageEvent.OPENED, None, first.name, None),
            (StageEvent.MOVED, first.name, third.name, 3),
        ]
        opportunity.refresh_from_db()
        assert opportunity.furthest == third
        assert opportunity.days_in_stage_at(opportunity.stage_since + 5 * DAY) == 5


class TestClosing:
    def test_won_it_leaves_the_funnel(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        won = win_opportunity(
            opportunity=opportunity.pk,
            rights=by,
            reason=reason("win_reason"),
            note="院长拍板",
            now=NOW + 2 * DAY,
        )
        assert (won.state, won.chance, won.closed_at) == (OpportunityState.WON, 100, NOW + 2 * DAY)
        assert not Opportunity.objects.open().exists()
        assert story(opportunity)[-1] == (StageEvent.WON, stages()[0].name, None, 2)

    def test_lost_it_says_why_and_to_whom(self):
        opportunity = opened()
        lost = lose_opportunity(
            opportunity=opportunity.pk,
            rights=rights("qiuzhiyuan"),
            reason=reason("loss_reason"),
            lost_to="迈远医疗",
            now=NOW + DAY,
        )
        assert (lost.state, lost.lost_to, lost.weighted) == (
            OpportunityState.LOST,
            "迈远医疗",
            Decimal("0.00"),
        )

    def test_what_is_closed_is_moved_and_closed_no_more(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        win_opportunity(opportunity=opportunity.pk, rights=by)
        with pytest.raises(WrongState, match="重新打开"):
            move_opportunity(opportunity=opportunity.pk, stage=stages()[1].pk, rights=by)
        with pytest.raises(WrongState):
            lose_opportunity(opportunity=opportunity.pk, rights=by, reason=reason("loss_reason"))

    def test_reopened_it_comes_back_to_its_stage(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        lose_opportunity(
            opportunity=opportunity.pk,
            rights=by,
            reason=reason("loss_reason"),
            lost_to="迈远医疗",
            now=NOW + DAY,
        )
        again = reopen_opportunity(opportunity=opportunity.pk, rights=by, now=NOW + 8 * DAY)
        assert (again.state, again.loss_reason, again.lost_to) == (OpportunityState.OPEN, None, "")
        assert again.days_in_stage_at(NOW + 9 * DAY) == 1
        assert story(opportunity)[-1] == (StageEvent.REOPENED, None, stages()[0].name, None)
        with pytest.raises(WrongState):
            reopen_opportunity(opportunity=opportunity.pk, rights=by)


class TestCustomers:
    def test_one_with_open_opportunities_is_not_closed(self):
        opportunity = opened()
        [blocker] = blockers_of(opportunity.customer_id)
        assert blocker.business_key == opportunity.business_key
        with pytest.raises(WrongState):
            close(opportunity.customer)
        win_opportunity(opportunity=opportunity.pk, rights=rights("qiuzhiyuan"))
        assert blockers_of(opportunity.customer_id) == []

    def test_one_that_is_closed_gets_no_more(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        lose_opportunity(opportunity=opportunity.pk, rights=by, reason=reason("loss_reason"))
        close(opportunity.customer)
        with pytest.raises(InvalidData, match="恢复"):
            make("sales.opportunity", customer=opportunity.customer_id)
        with pytest.raises(InvalidData, match="恢复"):
            reopen_opportunity(opportunity=opportunity.pk, rights=by)

    def test_its_page_has_them_in_a_tab(self, signed_in):
        opportunity = opened()
        page = f"/sales/customers/{opportunity.customer_id}/?tab=opportunities"
        assert "超声采购" in signed_in("qiuzhiyuan").get(page).content.decode()

    def test_its_history_is_a_tab(self, signed_in):
        opportunity = opened()
        page = f"/sales/opportunities/{opportunity.pk}/?tab=stages"
        assert stages()[0].name in signed_in("qiuzhiyuan").get(page).content.decode()


class TestRights:
    def test_somebody_else_finds_nothing_to_move(self):
        opportunity = opened()
        with pytest.raises(NotFound):
            move_opportunity(
                opportunity=opportunity.pk, stage=stages()[1].pk, rights=rights("ouwenbin")
            )

    def test_a_collaborator_of_the_customer_sees_it(self):
        opportunity, colleague = opened(), rights("ouwenbin")
        Collaborator.objects.create(document=opportunity.customer, row=1, user_id=colleague.user)
        assert Opportunity.objects.visible_to(colleague).get() == opportunity

    def test_a_head_sees_those_of_the_departments_below(self):
        opportunity, head = opened(), rights("shanlina")
        assert kind_of(Opportunity).can(head, Action.CHANGE, opportunity)

    def test_what_somebody_else_has_moved_meanwhile_is_a_conflict(self):
        opportunity, by = opened(), rights("qiuzhiyuan")
        seen = opportunity.version
        move_opportunity(
            opportunity=opportunity.pk, stage=stages()[1].pk, rights=rights("shanlina")
        )
        with pytest.raises(Conflict):
            move_opportunity(
                opportunity=opportunity.pk, stage=stages()[2].pk, rights=by, seen_version=seen
            )


def test_products_come_to_the_amount_where_none_is_typed():
    product = make("catalog.product")
    opportunity = make(
        "sales.opportunity",
        amount="",
        products=[
            {"product": product.pk, "quantity": "2", "price": ""},
            {"product": product.pk, "quantity": "1", "price": "1000.5"},
        ],
    )
    assert opportunity.amount == Decimal("1361000.50")


def test_overdue_is_what_is_open_after_its_day():
    opportunity = opened(expected_on=date(2031, 3, 10))
    assert not opportunity.is_overdue(date(2031, 3, 10))
    assert list(Opportunity.objects.overdue(date(2031, 3, 11))) == [opportunity]
    win_opportunity(opportunity=opportunity.pk, rights=rights("qiuzhiyuan"))
    assert not Opportunity.objects.overdue(date(2031, 3, 11)).exists()
