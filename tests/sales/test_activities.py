"""Activities: planned, finished, cancelled, commented on; what follows for what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.core.kinds.registry import kind_of
from apps.sales.activities.services import (
    cancel_activity,
    carry_over_activities,
    comment_activity,
    finish_activity,
    plan_activity,
)
from apps.sales.leads.services import open_lead
from apps.sales.models import ActivityState, Lead, SalesActivity
from engine.exceptions import InvalidData, WrongState
from engine.models import OutboxMessage
from tests.contracts.factories import make_customer, rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

NOW = datetime(2031, 3, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def user(name: str = "qiuzhiyuan") -> int:
    return rights(name).user


def plan(**over) -> SalesActivity:
    about = over.pop("about", None) or {"customer": make_customer().pk}
    given = {"kind": "call", "subject": "电话", "planned_at": NOW, "now": NOW - DAY, **over}
    return plan_activity(owner=user(), about=about, **given)


def lead() -> Lead:
    return open_lead(owner=user(), name="太仓沙溪医院", now=NOW - DAY)


def finish(activity: SalesActivity, **over) -> SalesActivity:
    given = {"outcome": "已谈", "by": user(), "now": NOW + HOUR, **over}
    return finish_activity(activity=activity.pk, **given)


def test_a_finished_one_tells_when_the_customer_was_last_contacted():
    activity = plan()
    done = finish(activity)
    assert (done.state, done.done_at) == (ActivityState.DONE, NOW + HOUR)
    done.customer.refresh_from_db()
    assert done.customer.last_contact_at == NOW + HOUR


def test_an_earlier_contact_does_not_turn_the_clock_back():
    customer = make_customer()
    finish(plan(about={"customer": customer.pk}))
    finish(plan(about={"customer": customer.pk}), done_at=NOW - 5 * DAY)
    customer.refresh_from_db()
    assert customer.last_contact_at == NOW + HOUR


def test_the_next_one_is_planned_in_one_go_and_the_lead_knows_the_day():
    one = lead()
    activity = plan(about={"lead": one.pk})
    one.refresh_from_db()
    assert one.next_contact_on == date(2031, 3, 3)
    finish(
        activity,
        following={"kind": "visit", "subject": "拜访", "planned_at": NOW + 7 * DAY},
    )
    following = SalesActivity.objects.planned().get()
    assert (following.follows, following.lead, following.kind.code) == (activity, one, "visit")
    one.refresh_from_db()
    assert (one.next_contact_on, one.last_contact_at) == (date(2031, 3, 10), NOW + HOUR)
    assert one.state == "following"


def test_a_day_set_by_hand_stays_while_it_is_to_come():
    one = lead()
    activity = plan(about={"lead": one.pk})
    Lead.objects.filter(pk=one.pk).update(next_contact_on=date(2031, 4, 1))
    finish(activity)
    one.refresh_from_db()
    assert one.next_contact_on == date(2031, 4, 1)


def test_finishing_is_refused_without_an_outcome_in_the_future_and_twice():
    activity = plan()
    with pytest.raises(InvalidData):
        finish(activity, outcome="  ")
    with pytest.raises(InvalidData):
        finish(activity, done_at=NOW + 2 * DAY)
    finish(activity)
    with pytest.raises(WrongState):
        finish(activity)
    with pytest.raises(WrongState):
        cancel_activity(activity=activity.pk, reason="x", by=user())


def test_a_failed_next_one_leaves_the_first_unfinished():
    activity = plan()
    with pytest.raises(InvalidData):
        finish(activity, following={"kind": "nothing", "subject": "x", "planned_at": NOW})
    activity.refresh_from_db()
    assert activity.state == ActivityState.PLANNED


def test_cancelled_with_a_reason_touches_nobody():
    activity = plan()
    cancelled = cancel_activity(activity=activity.pk, reason="客户改期", by=user(), now=NOW)
    assert (cancelled.state, cancelled.cancel_reason) == (ActivityState.CANCELLED, "客户改期")
    cancelled.customer.refresh_from_db()
    assert cancelled.customer.last_contact_at is None


def test_it_is_about_something():
    with pytest.raises(InvalidData):
        plan(about={"customer": None})


def test_those_of_a_lead_become_the_customers():
    one, customer = lead(), make_customer()
    activity = plan(about={"lead": one.pk})
    assert carry_over_activities(lead=one.pk, customer=customer.pk) == 1
    assert carry_over_activities(lead=one.pk, customer=customer.pk) == 0
    activity.refresh_from_db()
    assert (activity.lead, activity.customer) == (one, customer)


def test_a_comment_tells_the_owner_and_who_commented_before_but_not_oneself():
    activity = plan()
    comment_activity(activity=activity.pk, text="尽快报价", by=user("shanlina"))
    told = OutboxMessage.objects.values_list("payload__user", flat=True)
    assert list(told) == [user()]
    comment_activity(activity=activity.pk, text="好的", by=user())
    assert sorted(told.all()) == sorted([user(), user("shanlina")])
    with pytest.raises(InvalidData):
        comment_activity(activity=activity.pk, text=" ", by=user())


def test_what_is_done_cannot_be_changed_or_deleted():
    activity = finish(plan())
    kind, mine = kind_of(activity), rights("qiuzhiyuan")
    for action in ("change", "delete", "submit"):
        assert kind.refusal(activity, action)
        assert not kind.can(mine, action, activity)


def test_one_that_has_taken_place_is_entered_as_done():
    activity = make(
        "sales.salesactivity",
        planned_at="2026-01-05 10:00",
        done_at="2026-01-05 11:00",
        outcome="已通话",
    )
    assert activity.state == ActivityState.DONE
    activity.customer.refresh_from_db()
    assert activity.customer.last_contact_at == activity.done_at


def test_mine_by_when_they_are_due():
    customer = {"customer": make_customer().pk}
    early = plan(about=customer, planned_at=NOW - 2 * DAY)
    plan(about=customer, planned_at=NOW + DAY)
    assert list(SalesActivity.objects.overdue(NOW)) == [early]


def test_what_is_still_to_come_is_not_submitted(signed_in):
    client, address = signed_in("qiuzhiyuan"), "/sales/sales-activities/"
    assert 'name="submit"' not in client.get(f"{address}new/").content.decode()
    assert 'name="submit"' in client.get("/sales/leads/new/").content.decode()
