"""The funnel: its figures, and that each is what the list behind it counts."""

from __future__ import annotations

import io
import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from statistics import mean, median
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.listing import Listing
from apps.core.kinds.registry import kind_of
from apps.sales.models import Opportunity, OpportunityState
from apps.sales.opportunities.funnel import Funnel, stay_of
from apps.sales.opportunities.services import (
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    win_opportunity,
)
from tests.contracts.factories import rights
from tests.kinds.factories import make
from tests.sales.test_opportunities import NOW, opened, reason, stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
FUNNEL = "/sales/funnel/"
DAY = timedelta(days=1)
SELLERS = ("qiuzhiyuan", "xiexiaomei", "ouwenbin")


def made(seed: int, count: int = 30) -> None:
    """Opportunities of several people that came this far or that by chance."""
    chance = random.Random(seed)
    customers = {seller: make("sales.customer", seller).pk for seller in SELLERS}
    for number in range(count):
        seller, now = chance.choice(SELLERS), NOW - chance.randrange(200) * DAY
        by = rights(seller)
        row = open_opportunity(
            customer=customers[seller],
            name=f"机会{number}",
            amount=Decimal(chance.randrange(1, 10**7)) / 100,
            owner=by.user,
            now=now,
            expected_on=(now + chance.randrange(120) * DAY).date(),
            win_rate=chance.choice((None, Decimal(33))),
        )
        for _step in range(chance.randrange(5)):
            now += chance.randrange(20) * DAY
            stage = chance.choice(stages()).pk
            move_opportunity(opportunity=row.pk, stage=stage, rights=by, now=now)
        end = chance.randrange(4)
        if end == 0:
            win_opportunity(opportunity=row.pk, rights=by, now=now + DAY)
        elif end == 1:
            why = reason("loss_reason")
            lose_opportunity(opportunity=row.pk, rights=by, reason=why, now=now + DAY)


def listed(username: str, url: str) -> tuple[int, Decimal]:
    """Count and sum of the list at an address."""
    query = QueryDict(mutable=True)
    for name, value in parse_qsl(urlsplit(url).query):
        query.appendlist(name, value)
    total = Listing(kind_of(Opportunity), rights(username), query, size=1).total
    assert not total.more
    return total.count, total.amount or Decimal(0)


def figures(context) -> list:
    """All figures of the page that have a list."""
    found = [*context["states"].values()]
    for row in context["rows"]:
        found += [row.open, row.reached]
    for lines in (context["people"], context["departments"], context["reasons"]):
        for line in lines:
            found += [line.open, line.won, line.lost]
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("username", "query"),
    [
        ("shanlina", {}),
        ("qiuzhiyuan", {}),
        ("shanlina", {"expected_on_after": "2030-10-01", "expected_on_before": "2031-01-31"}),
        ("shanlina", {"amount_min": "20000", "q": "机会1"}),
    ],
)
def test_each_figure_is_what_its_list_counts(seed, username, query, signed_in):
    made(seed)
    context = signed_in(username).get(FUNNEL, query).context
    for figure in figures(context):
        assert listed(username, figure.url) == (figure.sums.count, figure.sums.amount), figure.url


def test_parts_add_up_to_the_whole(signed_in):
    made(7)
    context = signed_in("shanlina").get(FUNNEL).context
    total = context["states"]["open"].sums
    assert total.count == Opportunity.objects.open().count()
    for parts in (context["rows"], context["people"], context["departments"]):
        opens = [part.open.sums for part in parts]
        assert sum(one.count for one in opens) == total.count
        assert sum(one.amount for one in opens) == total.amount
        assert sum(one.weighted for one in opens) == total.weighted
    expected = sum(row.amount * row.chance / 100 for row in Opportunity.objects.open())
    assert total.weighted == expected


def test_days_are_those_of_stays_that_have_ended(signed_in):
    made(3)
    context = signed_in("shanlina").get(FUNNEL).context
    for row in context["rows"]:
        stage = row.step.stage
        changes = [
            change
            for one in Opportunity.objects.all()
            for change in one.stage_changes.all()
            if change.from_stage_id == stage.pk
        ]
        days = [change.days for change in changes]
        assert row.step.stay.count == len(days)
        if days:
            assert row.step.stay.average == pytest.approx(Decimal(mean(days)), abs=Decimal("0.06"))
            assert row.step.stay.median == Decimal(median(days))
        left = {change.opportunity_id for change in changes}
        assert listed("shanlina", row.left_url)[0] == len(left)


def test_days_are_only_of_what_is_asked_for(signed_in):
    made(5)
    query = {"owner": rights("qiuzhiyuan").user}
    steps = signed_in("shanlina").get(FUNNEL, query).context["rows"]
    own = Opportunity.objects.filter(owner=query["owner"])
    ended = [c for one in own for c in one.stage_changes.all() if c.from_stage_id]
    assert sum(row.step.stay.count for row in steps) == len(ended)


def test_conversion_counts_what_came_as_far_or_further():
    first, second, third = stages()[:3]
    by = rights("qiuzhiyuan")
    customer = make("sales.customer").pk
    rows = [opened(customer=customer, name=str(number)) for number in range(4)]
    move_opportunity(opportunity=rows[0].pk, stage=third.pk, rights=by)
    move_opportunity(opportunity=rows[0].pk, stage=first.pk, rights=by)  # back, yet it was there
    move_opportunity(opportunity=rows[1].pk, stage=second.pk, rights=by)
    win_opportunity(opportunity=rows[2].pk, rights=by)
    steps = Funnel(Opportunity.objects.all()).steps
    assert [step.reached.count for step in steps] == [4, 3, 2, 1, 1]
    assert [step.conversion for step in steps] == [
        Decimal("75.0"),
        Decimal("66.7"),
        Decimal("50.0"),
        Decimal("100.0"),
        Decimal("100.0"),
    ]


def test_nothing_is_no_error(signed_in):
    answer = signed_in("qiuzhiyuan").get(FUNNEL)
    assert answer.status_code == 200
    assert answer.context["win_rate"] is None


def test_the_win_rate_is_of_what_was_closed():
    by, customer = rights("qiuzhiyuan"), make("sales.customer").pk
    rows = [opened(customer=customer, name=str(number)) for number in range(3)]
    win_opportunity(opportunity=rows[0].pk, rights=by)
    lose_opportunity(opportunity=rows[1].pk, rights=by, reason=reason("loss_reason"))
    funnel = Funnel(Opportunity.objects.all())
    assert funnel.win_rate == Decimal("50.0")
    assert funnel.total(OpportunityState.OPEN).count == 1


@pytest.mark.parametrize("days", [[3], [1, 2], [5, 1, 1], [0, 0, 7, 9], list(range(10))])
def test_the_middle_of_stays(days):
    stay = stay_of(Counter(days))
    assert stay.median == Decimal(str(median(days)))


def test_a_few_questions_whatever_there_is(signed_in, django_assert_max_num_queries):
    made(1, 12)
    client = signed_in("shanlina")
    client.get(FUNNEL)
    with django_assert_max_num_queries(24):
        client.get(FUNNEL)


def test_ones_own_funnel_is_a_card_of_the_first_page(signed_in):
    row = opened()
    opened(owner=rights("xiexiaomei").user)
    page = signed_in("qiuzhiyuan").get("/").content.decode()
    owner = rights("qiuzhiyuan").user
    assert f"/sales/board/?owner={owner}" in page
    assert f"owner={owner}&amp;state=open&amp;stage={row.stage_id}" in page
    assert "/sales/board/" not in signed_in("wulei").get("/").content.decode().split("<main", 1)[1]


def test_its_filter_is_kept_under_a_name_and_comes_back_to_it(signed_in):
    client = signed_in("qiuzhiyuan")
    query = "owner=" + str(rights("qiuzhiyuan").user)
    kept = {"name": "我的漏斗", "query": query, "look": "sales:funnel"}
    answer = client.post("/sales/opportunities/views/", kept)
    assert answer.url.startswith(FUNNEL) and answer.url.endswith(query)
    page = client.get(answer.url)
    assert page.context["selection"].listing.view.name == "我的漏斗"
    assert "我的漏斗" in page.content.decode()
    view = page.context["selection"].listing.view.pk
    gone = client.post("/sales/opportunities/views/", {"delete": view, "look": "sales:funnel"})
    assert gone.url == FUNNEL
    elsewhere = client.post("/sales/opportunities/views/", {**kept, "look": "sales:stages"})
    assert elsewhere.url.startswith("/sales/opportunities/?")


def test_a_filter_that_makes_no_sense_there_is_not_offered(signed_in):
    client = signed_in("qiuzhiyuan")
    for name, query in (("大单", "amount_min=20000"), ("已赢", "state=won")):
        client.post("/sales/opportunities/views/", {"name": name, "query": query})
    offered = client.get(FUNNEL).context["selection"].saved
    assert [view.name for view, _address in offered] == ["大单"]


def test_its_tables_are_a_spreadsheet(signed_in):
    made(2)
    client = signed_in("shanlina")
    query = {"amount_min": "20000"}
    context = client.get(FUNNEL, query).context
    answer = client.get(f"{FUNNEL}export/", query)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    stages_sheet, people, departments, reasons = ([*sheet.values] for sheet in book.worksheets)
    steps = [row.step for row in context["rows"]]
    assert [row[0] for row in stages_sheet[1:]] == [step.stage.name for step in steps]
    assert [row[2:6] for row in stages_sheet[1:]] == [
        (step.open.count, *map(float, (step.open.amount, step.open.weighted)), step.reached.count)
        for step in steps
    ]
    for sheet, lines in ((people, context["people"]), (departments, context["departments"])):
        shares = [line.share for line in lines]
        assert [(row[0], row[1], row[5]) for row in sheet[1:]] == [
            (one.name, one.open.count, float(one.won.amount)) for one in shares
        ]
    assert [row[1] for row in reasons[1:]] == [one.share.lost.count for one in context["reasons"]]
    assert AuditEntry.objects.filter(event=Event.EXPORTED).count() == 1
