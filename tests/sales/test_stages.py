"""A customer's stages: who goes where, what hinders it, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from apps.people import services as people
from apps.people.models import Employee
from apps.sales.customers import services
from apps.sales.customers.blockers import Blocker, blockers
from apps.sales.customers.waking import remind_owners
from apps.sales.models import Customer, CustomerStage
from engine import outbox
from engine.exceptions import NotAllowed, WrongState
from tests.contracts.factories import entry, make_customer, rights

NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def reason():
    return entry("stage_reason", "budget")


def user(name: str) -> int:
    return Employee.objects.get(user__username=name).pk


def sleep(customer, by="qiuzhiyuan", **given):
    return services.make_dormant(
        customer_id=customer.pk, reason=reason(), rights=rights(by), now=NOW, **given
    )


def restore(customer, by="qiuzhiyuan"):
    return services.restore_customer(customer_id=customer.pk, rights=rights(by), now=NOW)


def test_a_dormant_customer_comes_back_as_it_was():
    customer = services.win_customer(customer_id=make_customer().pk, now=NOW)
    sleeping = sleep(customer, wake_up_on=(NOW + timedelta(days=30)).date(), remarks="明年再谈")
    assert (sleeping.stage, sleeping.stage_before) == (CustomerStage.DORMANT, CustomerStage.WON)
    awake = restore(customer)
    assert awake.stage == CustomerStage.WON
    assert awake.owner_id == user("qiuzhiyuan")
    assert (awake.stage_before, awake.wake_up_on, awake.stage_reason) == ("", None, None)
    changes = customer.stage_changes.values_list("after", flat=True)
    assert list(changes) == ["won", "dormant", "won"]


def test_a_won_customer_that_wakes_up_stays_the_success_of_who_won_it():
    customer = services.win_customer(customer_id=make_customer().pk, now=NOW)
    sleep(customer)
    services.transfer_customer(
        customer_id=customer.pk, to=user("xiexiaomei"), rights=rights("shanlina"), now=NOW
    )
    again = services.win_customer(customer_id=customer.pk, now=NOW + timedelta(days=400))
    assert (again.stage, again.owner_id) == (CustomerStage.WON, user("xiexiaomei"))
    assert (again.won_at, again.credited_to_id) == (NOW, user("qiuzhiyuan"))


def test_whoever_gets_a_dormant_customer_gives_it_back_when_it_is_restored():
    customer = sleep(make_customer())
    services.transfer_customer(
        customer_id=customer.pk, to=user("xiexiaomei"), rights=rights("shanlina"), now=NOW
    )
    awake = restore(customer, by="shanlina")
    assert awake.owner_id == user("qiuzhiyuan")
    assert awake.department_id == Employee.objects.get(pk=user("qiuzhiyuan")).department_id


def told() -> list[str]:
    """Who was mailed so far."""
    mail.outbox.clear()
    outbox.drain(now=NOW + timedelta(days=90))
    return [address.partition("@")[0] for letter in mail.outbox for address in letter.to]


def test_on_its_day_the_owner_of_a_dormant_customer_is_reminded_once():
    day = (NOW + timedelta(days=30)).date()
    sleeping = sleep(make_customer(), wake_up_on=day)
    sleep(make_customer("别的医院"))
    awake = sleep(make_customer("唤醒的医院"), wake_up_on=day)
    restore(awake)
    remind_owners(now=NOW + timedelta(days=29))
    assert told() == []
    for hours in (0, 1, 40):
        remind_owners(now=NOW + timedelta(days=30, hours=hours))
    assert told() == ["qiuzhiyuan"]
    assert "苏州平江路医院" in mail.outbox[0].subject
    assert "2031-04-02" in mail.outbox[0].subject
    restore(sleeping)
    sleep(sleeping, wake_up_on=day + timedelta(days=20))
    remind_owners(now=NOW + timedelta(days=52))  # two days late: the server was down
    assert told() == ["qiuzhiyuan"]


def test_the_reminder_goes_to_whose_customer_it_is_by_then():
    day = (NOW + timedelta(days=30)).date()
    customer = sleep(make_customer(), wake_up_on=day)
    services.transfer_customer(
        customer_id=customer.pk, to=user("xiexiaomei"), rights=rights("shanlina"), now=NOW
    )
    remind_owners(now=NOW + timedelta(days=30))
    assert told() == ["xiexiaomei"]


def test_where_the_owner_has_left_the_head_of_the_department_gets_it():
    customer = sleep(make_customer())
    services.transfer_customer(
        customer_id=customer.pk, to=user("xiexiaomei"), rights=rights("shanlina"), now=NOW
    )
    leaver = Employee.objects.get(user__username="qiuzhiyuan")
    people.end_employment(employee=leaver, left_on=None)
    assert restore(customer, by="shanlina").owner_id == user("shanlina")


def test_only_a_customer_in_talk_is_closed():
    won = services.win_customer(customer_id=make_customer().pk)
    for customer in (won, sleep(make_customer("二院"))):
        with pytest.raises(WrongState):
            services.close_customer(
                customer_id=customer.pk, reason=reason(), rights=rights("shanlina")
            )
    with pytest.raises(WrongState):
        restore(won)


@pytest.fixture
def something_open():
    """Every customer has an open contract."""
    blockers.add("probe", lambda pk: [Blocker("合同", "XS-1", "contracts.salescontract:1")])
    yield
    blockers.remove("probe")


@pytest.mark.usefixtures("something_open")
def test_what_is_open_keeps_a_customer_from_being_closed():
    customer = make_customer()
    with pytest.raises(WrongState, match="XS-1") as refused:
        services.close_customer(customer_id=customer.pk, reason=reason(), rights=rights("shanlina"))
    assert refused.value.data["blockers"] == ["contracts.salescontract:1"]
    assert sleep(customer).stage == CustomerStage.DORMANT


def test_a_stranger_may_not_put_it_to_rest():
    customer = make_customer()
    with pytest.raises(NotAllowed):
        sleep(customer, by="ouwenbin")
    assert Customer.objects.get().stage == CustomerStage.IN_TALK
