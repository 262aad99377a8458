"""The demo company's opportunities: over all stages, won and lost, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from apps.catalog.demo import make_products
from apps.sales.demo import make_customers
from apps.sales.models import Opportunity, OpportunityStage, OpportunityState, StageChange
from apps.sales.opportunities.demo import make_opportunities

MONDAY = datetime(2031, 3, 3, 2, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(company) -> int:
    make_products()
    make_customers(today=timezone.localdate(MONDAY))
    return make_opportunities(now=MONDAY)


def test_thirty_over_all_stages_won_and_lost_among_them(demo):
    assert demo == 30
    assert Opportunity.objects.count() == 30
    opens = set(Opportunity.objects.open().values_list("stage", flat=True))
    assert opens == set(OpportunityStage.objects.values_list("pk", flat=True))
    closed = Opportunity.objects.exclude(state=OpportunityState.OPEN)
    assert set(closed.values_list("state", flat=True)) == {"won", "lost"}
    assert Opportunity.objects.overdue(timezone.localdate(MONDAY)).exists()


def test_it_took_months_and_nothing_happens_in_the_future():
    changes = StageChange.objects.order_by("at")
    assert changes.first().at < MONDAY - timedelta(days=90)
    assert changes.last().at <= MONDAY
    assert set(changes.values_list("event", flat=True)) == {
        "opened",
        "moved",
        "won",
        "lost",
        "reopened",
    }


def test_what_is_open_stands_where_its_history_ends():
    for row in Opportunity.objects.open():
        assert row.stage_changes.last().to_stage == row.stage
        assert row.stage_since == row.stage_changes.last().at


def test_products_come_to_the_amount():
    assert Opportunity.objects.filter(amount__gt=0, furthest__isnull=False).count() == 30
    assert not Opportunity.objects.filter(created_at__gt=MONDAY).exists()
    assert not Opportunity.objects.filter(expected_on__lt=F("created_at__date")).exists()


def test_twice_is_once():
    assert make_opportunities(now=MONDAY + timedelta(days=1)) == 0
