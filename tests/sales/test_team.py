"""Targets, what was reached, ranking, load, and the page of the team."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.core.access.defaults import sync_grants
from apps.core.kinds.registry import kind_of
from apps.core.parameters.services import set_parameter
from apps.people.models import Department
from apps.sales.leads.services import open_lead
from apps.sales.models import Customer, MeasureCode, SalesTarget
from apps.sales.parameters import UNCONTACTED_DAYS
from apps.sales.team.attainment import Attainment, attained_by_people, attained_by_units
from apps.sales.team.load import Load, load_of
from apps.sales.team.people import neglected_by, team_of, uncontacted
from apps.sales.team.periods import Period, period_of
from tests.contracts.factories import make_customer, rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

MARCH = Period("month", date(2031, 3, 1), date(2031, 3, 31))


def user(name: str = "qiuzhiyuan") -> int:
    return rights(name).user


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("month", (2032, 2, 1), (2032, 2, 29)),
        ("last_month", (2032, 1, 1), (2032, 1, 31)),
        ("quarter", (2032, 1, 1), (2032, 3, 31)),
        ("year", (2032, 1, 1), (2032, 12, 31)),
        ("nonsense", (2032, 2, 1), (2032, 2, 29)),
    ],
)
def test_periods_are_whole_months(code, first, last):
    period = period_of(code, date(2032, 2, 15))
    assert (period.first, period.last) == (date(*first), date(*last))


def test_a_target_belongs_to_whose_it_is_and_is_there_once():
    target = make("sales.salestarget", "shanlina", person=user(), month="2031-03-17")
    assert (target.owner_id, target.month) == (user(), date(2031, 3, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        SalesTarget.objects.create(
            month=target.month,
            measure=target.measure,
            person_id=user(),
            amount=1,
            owner_id=user(),
            department_id=target.department_id,
        )


def test_won_customers_count_against_the_target():
    make("sales.salestarget", person=user(), month="2031-03-01", measure="new_customers", amount=4)
    won = make_customer()
    moment = datetime(2031, 3, 9, tzinfo=UTC)
    Customer.objects.filter(pk=won.pk).update(won_at=moment)
    reached = attained_by_people([user()], MeasureCode.NEW_CUSTOMERS, MARCH)[user()]
    assert (reached, reached.percent) == (Attainment(Decimal(1), Decimal(4)), 25)
    unit = Department.objects.get(name="销售部")
    of_unit = attained_by_units({unit.pk: unit.path}, MeasureCode.NEW_CUSTOMERS, MARCH)[unit.pk]
    assert (of_unit.reached, of_unit.target, of_unit.percent) == (1, None, None)


def test_load_counts_what_is_open():
    make_customer()
    open_lead(owner=user(), name="太仓沙溪医院")
    assert load_of([user(), user("ouwenbin")]) == {
        user(): Load(leads=1, customers=1),
        user("ouwenbin"): Load(),
    }


def test_customers_without_contact_for_long_are_found():
    customer, now = make_customer(), timezone.now()
    assert neglected_by([user()], now)[user()].customers == 0
    Customer.objects.filter(pk=customer.pk).update(last_contact_at=now - timedelta(days=400))
    assert neglected_by([user()], now)[user()].customers == 1
    assert list(Customer.objects.filter(uncontacted(now))) == [customer]


@pytest.mark.parametrize(("days", "silent"), [(45, 1), (60, 0)])
def test_how_long_is_long_is_a_parameter(days, silent):
    customer, now = make_customer(), timezone.now()
    Customer.objects.filter(pk=customer.pk).update(last_contact_at=now - timedelta(days=50))
    set_parameter(parameter=UNCONTACTED_DAYS, value=days, by=user("shanlina"))
    assert neglected_by([user()], now)[user()].customers == silent
    flags = [risk.code for risk in kind_of(Customer).risks(Customer.objects.get(pk=customer.pk))]
    assert flags == ["uncontacted"] * silent


class TestPage:
    @pytest.fixture(autouse=True)
    def granted(self):
        sync_grants()

    def test_a_manager_sees_her_people_and_nobody_else(self, signed_in):
        make_customer()
        page = signed_in("shanlina").get(
            reverse("sales:team"), {"period": "year", "measure": "contracts"}
        )
        assert page.status_code == 200
        assert "仇志远" in page.content.decode()
        names = {one.user.username for one in team_of(rights("shanlina"))}
        assert names == {"shanlina", "qiuzhiyuan", "xiexiaomei", "ouwenbin"}

    def test_a_salesperson_may_not_look(self, signed_in):
        assert signed_in("qiuzhiyuan").get(reverse("sales:team")).status_code == 403
