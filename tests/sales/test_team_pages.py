"""The pages of a sales team: figures that lead to what they count, ranking, who needs attention,
and the week by person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import SalesContract
from apps.core.access.defaults import sync_grants
from apps.core.kinds.registry import kinds
from apps.core.parameters.models import DictionaryEntry
from apps.core.transfer import services as transfer
from apps.core.transfer.layout import Layout
from apps.core.transfer.models import ImportRun, ImportState, Mode
from apps.people.models import Department, User
from apps.sales.activities.services import cancel_activity, comment_activity, plan_activity
from apps.sales.customers import services as customers
from apps.sales.leads.services import open_lead
from apps.sales.models import Customer, Lead, MeasureCode, SalesTarget
from apps.sales.opportunities.services import lose_opportunity, open_opportunity
from apps.sales.team.measures import known_measures
from apps.sales.team.week import SHOWN, monday_of
from tests.contracts.factories import (
    entry,
    line,
    make_contract,
    make_customer,
    make_product,
    rights,
)
from tests.kinds.factories import make, posted, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

SELLER, OTHER, MANAGER = "qiuzhiyuan", "xiexiaomei", "shanlina"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def granted():
    sync_grants()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def client(signed_in):
    return signed_in(MANAGER)


def team(client, **query):
    return client.get(reverse("sales:team"), query).context


def line_of(client, who: str = SELLER, **query):
    """The line of somebody in the ranking."""
    name = str(User.objects.get_by_natural_key(who))
    return next(one for one in team(client, **query)["people"] if one.name == name)


def listed(client, url: str) -> list:
    """The rows of the list to which a figure leads."""
    return [row.row for row in client.get(url).context["rows"]]


def plan(customer: Customer, at: datetime, who: str = SELLER, **given):
    return plan_activity(
        owner=rights(who).user,
        kind="call",
        subject=given.pop("subject", "电话"),
        planned_at=at,
        about={"customer": customer.pk},
        now=at - DAY,
        **given,
    )


# --- figures lead to what they count --------------------------------------------------------------
def test_what_somebody_has_to_do_is_listed_as_it_is_counted(client):
    now = timezone.now()
    talking, won, asleep, gone = map(make_customer, ("甲医院", "乙医院", "丙医院", "丁医院"))
    customers.win_customer(customer_id=won.pk)
    customers.make_dormant(
        customer_id=asleep.pk, reason=entry("stage_reason", "other"), rights=rights(MANAGER)
    )
    customers.merge_customers(source=gone.pk, into=talking.pk, rights=rights(MANAGER))
    Customer.objects.filter(pk=talking.pk).update(last_contact_at=now - timedelta(days=400))
    for number in range(3):
        open_lead(owner=rights(SELLER).user, name=f"太仓沙溪医院{number}")
    Lead.objects.filter(name__endswith="2").update(state="invalid")
    for name in ("彩超", "监护仪"):
        opportunity = open_opportunity(
            customer=won.pk, name=name, amount=Decimal(1), owner=won.owner_id, now=now
        )
    lose_opportunity(
        opportunity=opportunity.pk,
        reason=DictionaryEntry.objects.filter(dictionary="loss_reason")[0].pk,
        rights=rights(SELLER),
    )
    plan(won, now - 2 * DAY)
    plan(won, now + DAY)
    found = line_of(client)
    counted = {
        "customers": found.load.customers,
        "leads": found.load.leads,
        "opportunities": found.load.opportunities,
        "due": found.load.due,
        "overdue": found.neglected.overdue,
        "silent": found.neglected.customers,
    }
    assert counted == {
        "customers": 2,
        "leads": 2,
        "opportunities": 1,
        "due": 1,
        "overdue": 1,
        "silent": 1,
    }
    assert {name: len(listed(client, found.urls[name])) for name in counted} == counted


def test_a_months_contracts_lead_to_those_of_the_month(client, today):
    first = today.replace(day=1)
    given = {
        "本月首日": {"signed_on": first},
        "本月": {"signed_on": today},
        "上月末": {"signed_on": first - DAY},
        "去年": {"signed_on": first - timedelta(days=400)},
        "生效日": {"signed_on": None, "effective_on": today},
        "草稿": {"signed_on": today},
    }
    product = make_product(price=1000)
    for name, days in given.items():
        make_contract(line(product, 1), customer=make_customer(name), name=name, **days)
    SalesContract.objects.exclude(name="草稿").update(state="approved")
    found = line_of(client, measure="contracts")
    rows = listed(client, found.urls["reached"])
    assert sorted(row.name for row in rows) == ["本月", "本月首日", "生效日"]
    assert found.attainment.reached == sum(row.gross for row in rows) == Decimal(3000)
    before = line_of(client, measure="contracts", period="last_month")
    assert [row.name for row in listed(client, before.urls["reached"])] == ["上月末"]


def test_new_customers_lead_to_those_who_were_won_in_that_time(client, today):
    one, earlier, gone, stays = map(make_customer, ("甲医院", "乙医院", "丙医院", "丁医院"))
    for customer in (one, earlier, gone, stays):
        customers.win_customer(customer_id=customer.pk)
    Customer.objects.filter(pk=earlier.pk).update(
        won_at=timezone.now() - timedelta(days=today.day + 1)
    )
    customers.merge_customers(source=gone.pk, into=stays.pk, rights=rights(MANAGER))
    found = line_of(client, measure="new_customers")
    rows = listed(client, found.urls["reached"])
    assert {row.pk for row in rows} == {one.pk, stays.pk}
    assert found.attainment.reached == 2


# --- ranking and attention ------------------------------------------------------------------------
def test_who_has_reached_most_comes_first_and_departments_add_up(client, today):
    product = make_product(price=1000)
    for who, quantity in ((SELLER, 1), (OTHER, 3)):
        make_contract(
            line(product, quantity),
            by=who,
            customer=make_customer(f"{who}医院", owner=who),
            signed_on=today,
        )
    SalesContract.objects.update(state="approved")
    for whose, amount in (({"person": rights(SELLER).user}, 2000), ({"unit": unit()}, 5000)):
        given = {"person": "", "unit": "", **whose}
        make("sales.salestarget", MANAGER, month=today.isoformat(), amount=amount, **given)
    shown = team(client, measure="contracts")
    ranked = [(one.place, one.name, one.attainment.reached) for one in shown["people"]]
    assert ranked == [(1, "解晓梅", 3000), (2, "仇志远", 1000)]
    assert [one.attainment.percent for one in shown["people"]] == [None, 50]
    (department,) = shown["units"]
    assert (department.name, department.reached, department.attainment.percent) == (
        "销售部",
        "¥4,000.00",
        80,
    )


def unit() -> int:
    return Department.objects.get(name="销售部").pk


def test_who_wakes_up_and_what_was_said_stands_on_the_page(client, today):
    due, later = make_customer("甲医院"), make_customer("乙医院")
    for customer, days in ((due, 0), (later, 9)):
        customers.make_dormant(
            customer_id=customer.pk,
            reason=entry("stage_reason", "budget"),
            wake_up_on=today + timedelta(days=max(days, 1)),
            rights=rights(MANAGER),
        )
    Customer.objects.filter(pk=due.pk).update(wake_up_on=today)
    activity = plan(make_customer("丙医院"), timezone.now())
    comment_activity(activity=activity.pk, text="尽快报价", by=rights(MANAGER).user)
    strangers = plan(make_customer("丁医院", owner="chenhai"), timezone.now(), "chenhai")
    comment_activity(activity=strangers.pk, text="备件已寄出", by=rights("chenhai").user)
    shown = team(client)
    assert [row.name for row in shown["sleepers"]] == ["甲医院"]
    assert [row.text for row in shown["comments"]] == ["尽快报价"]
    assert list(shown["schedule"]) == [activity]


# --- targets --------------------------------------------------------------------------------------
def imported(*rows: dict[str, str]) -> ImportRun:
    """The run of an import of targets by the sales manager, done."""
    kind, user = kinds["sales.salestarget"], rights(MANAGER).user
    columns = Layout(kind, rights(MANAGER)).columns
    made = ImportRun.objects.create(
        user_id=user,
        kind=kind.key,
        mode=Mode.GOOD,
        language="zh-hans",
        name="targets.xlsx",
        rows=[
            [c.label for c in columns],
            *([row.get(c.name, "") for c in columns] for row in rows),
        ],
        total=len(rows),
        started_at=timezone.now(),
    )
    transfer.run_import(made.pk)
    made.refresh_from_db()
    return made


def test_targets_of_people_and_of_departments_are_imported():
    amount, number = (str(one.label) for one in known_measures())
    run = imported(
        {"month": "2031/3/17", "measure": amount, "person": "仇志远", "amount": "¥500,000"},
        {"month": "2031-03", "measure": amount, "unit": "销售部", "amount": "900000"},
        {"month": "2031-04-02", "measure": number, "person": "解晓梅", "amount": "3"},
        {"month": "2031-04-02", "measure": amount, "amount": "3"},
        {"month": "2031-03-31", "measure": amount, "person": "仇志远", "amount": "1"},
    )
    assert (run.state, run.added, run.refused) == (ImportState.DONE, 3, 2), run.errors
    assert [row for row, _column, _text in run.errors] == [5, 6]
    found = SalesTarget.objects.order_by("pk").values_list("month", "measure", "owner__username")
    assert list(found) == [
        (date(2031, 3, 1), "contracts", SELLER),
        (date(2031, 3, 1), "contracts", MANAGER),
        (date(2031, 4, 1), "new_customers", OTHER),
    ]


def test_a_target_is_set_in_what_somebody_gives_figures_for(client):
    key, url = "sales.salestarget", reverse("kinds:new", args=["sales.salestarget"])
    assert known_measures() == [MeasureCode.CONTRACTS, MeasureCode.NEW_CUSTOMERS]
    assert f'value="{MeasureCode.RECEIPTS}"' not in client.get(url).content.decode()
    for measure, status in ((MeasureCode.RECEIPTS, 422), (MeasureCode.CONTRACTS, 302)):
        sent = posted(key, typed(key, SELLER, measure=measure))
        assert client.post(url, sent).status_code == status
    assert SalesTarget.objects.get().measure == MeasureCode.CONTRACTS


def test_the_month_of_a_target_is_picked_as_one(client):
    key = "sales.salestarget"
    field = '<input type="month" name="month" value="{}"'
    sent = posted(key, typed(key, SELLER, month="2031-03"))
    assert client.post(reverse("kinds:new", args=[key]), sent).status_code == 302
    target = SalesTarget.objects.get()
    assert target.month == date(2031, 3, 1)
    change = reverse("kinds:edit", args=[key, target.pk])
    assert field.format("2031-03") in client.get(change).content.decode()
    refused = client.post(change, {**sent.dict(), "month": "2031-13", "version": target.version})
    assert refused.status_code == 422
    assert field.format("2031-13") in refused.content.decode()


@pytest.mark.parametrize("month", ["2031-03", "2031-03-17"])
def test_a_program_names_a_month_by_itself_or_by_any_of_its_days(client, month):
    sent = typed("sales.salestarget", SELLER, month=month)
    url = "/api/v1/sales/sales-targets/"
    made = client.post(url, sent, content_type="application/json")
    assert (made.status_code, made.json()["month"]) == (201, "2031-03-01"), made.json()
    refused = client.post(url, {**sent, "month": "March"}, content_type="application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["month"])


@pytest.mark.parametrize("since", ["2031-02", "2031-02-28"])
def test_targets_are_listed_from_a_month_to_a_month(client, since):
    for month in ("2031-01", "2031-02", "2031-03", "2031-04"):
        make("sales.salestarget", MANAGER, month=month)
    url = reverse("kinds:list", args=["sales.salestarget"])
    answer = client.get(url, {"month_after": since, "month_before": "2031-03"})
    assert [row.row.period for row in answer.context["rows"]] == ["2031-03", "2031-02"]
    page = answer.content.decode()
    assert "2031-02 – 2031-03" in page
    for name, value in (("month_after", "2031-02"), ("month_before", "2031-03")):
        assert f'<input type="month" name="{name}" value="{value}"' in page


# --- the week -------------------------------------------------------------------------------------
MONDAY = date(2031, 3, 3)


def week(client, **query):
    return client.get(reverse("sales:team_week"), query)


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


@pytest.mark.parametrize("text", ["2031-03-03", "2031-03-06", "2031-03-09"])
def test_any_day_names_its_week(text):
    assert monday_of(text, date(2020, 1, 1)) == MONDAY


@pytest.mark.parametrize("text", ["", "nonsense", "2031-02-30"])
def test_what_is_no_day_is_this_week(text):
    assert monday_of(text, date(2031, 3, 8)) == MONDAY


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_this_week(client, text):
    answer = week(client, week=text)
    assert answer.status_code == 200
    assert answer.context["dates"] == week(client).context["dates"]


def test_the_week_shows_by_person_and_day_what_is_planned_done_and_said(client):
    customer = make_customer("甲医院")
    early = plan(customer, at(MONDAY, 9), subject="电话回访")
    late = plan(customer, at(MONDAY, 15), subject="拜访设备科")
    sunday = plan(customer, at(MONDAY + 6 * DAY, 23), subject="送方案")
    plan(customer, at(MONDAY - DAY, 23), subject="上周的")
    plan(customer, at(MONDAY + 7 * DAY, 0), subject="下周的")
    cancel_activity(activity=late.pk, reason="客户改期", by=rights(SELLER).user, now=at(MONDAY))
    comment_activity(activity=early.pk, text="带上报价", by=rights(MANAGER).user)
    plan(make_customer("乙医院", owner="chenhai"), at(MONDAY), "chenhai", subject="外人的")
    answer = week(client, week="2031-03-05")
    (found,) = answer.context["lines"]
    assert str(found.person.user) == "仇志远"
    assert [[row.pk for row in day.rows] for day in found.days] == [
        [early.pk, late.pk],
        *([] for _day in range(5)),
        [sunday.pk],
    ]
    assert [row.said for row in found.days[0].rows] == [1, 0]
    text = answer.content.decode()
    assert reverse("kinds:page", args=["sales.salesactivity", early.pk]) in text
    assert {row.pk for row in listed(client, found.url)} == {early.pk, late.pk, sunday.pk}
    assert [row.pk for row in listed(client, found.days[6].url)] == [sunday.pk]


def test_who_was_at_work_lately_is_seen_to_have_planned_nothing(client):
    plan(make_customer("甲医院"), at(MONDAY - 20 * DAY))
    plan(make_customer("乙医院", owner=OTHER), at(MONDAY - 40 * DAY), OTHER)
    lines = week(client, week=MONDAY.isoformat()).context["lines"]
    assert [(str(one.person.user), sum(len(day.rows) for day in one.days)) for one in lines] == [
        ("仇志远", 0)
    ]


def test_a_full_day_leads_to_the_rest(client):
    customer = make_customer("甲医院")
    for _number in range(SHOWN + 2):
        plan(customer, at(MONDAY))
    answer = week(client, week=MONDAY.isoformat())
    day = answer.context["lines"][0].days[0]
    assert (len(day.rows), day.more) == (SHOWN, 2)
    assert day.url.replace("&", "&amp;") in answer.content.decode()
    assert len(listed(client, day.url)) == SHOWN + 2


def test_more_people_ask_no_more_questions(client, django_assert_max_num_queries):
    for who in (SELLER, OTHER, "ouwenbin", MANAGER):
        plan(make_customer(f"{who}医院", owner=who), at(MONDAY), who)
    week(client)
    with django_assert_max_num_queries(12):
        week(client, week=MONDAY.isoformat())


def test_an_empty_week_says_so_and_a_salesperson_may_not_look(client, signed_in):
    assert week(client, week="2040-01-02").context["lines"] == []
    assert week(signed_in(SELLER)).status_code == 403


def test_a_row_of_targets_on_a_phone_says_nothing_twice(signed_in):
    user = User.objects.get_by_natural_key(SELLER)
    make("sales.salestarget", MANAGER, person=user.pk, month="2031-03-01", amount=900000)
    answer = signed_in(MANAGER).get(reverse("kinds:list", args=["sales.salestarget"]))
    (row,) = answer.context["rows"]
    assert row.drawing.title == "2031-03 仇志远"
    assert row.drawing.facts.split("　")[:2] == ["合同额", "¥900,000.00"]
