"""The demo company's leads: in every state, reviewed by their process."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.sales.demo import make_customers
from apps.sales.leads.demo import make_leads
from apps.sales.models import Customer, Lead
from engine.models import ProcessInstance
from tests.casework import MONDAY, check_inboxes, check_instance, deploy

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(company) -> int:
    deploy("lead_promotion")
    make_customers(today=MONDAY.date())
    return make_leads(now=MONDAY)


def test_leads_stand_in_every_state(made):
    assert made == 35
    assert Counter(Lead.objects.values_list("state", flat=True)) == {
        "new": 8,
        "following": 9,
        "submitted": 5,
        "returned": 3,
        "conflict": 2,
        "converted": 5,
        "invalid": 2,
        "recycled": 1,
    }
    for row in ProcessInstance.objects.all():
        check_instance(row)
        assert row.started_at <= MONDAY
    check_inboxes()


def test_they_have_made_no_second_customer(made):
    assert Customer.objects.count() == 60
    converted = Lead.objects.filter(state="converted")
    assert all(lead.customer.name_normal == lead.name_normal for lead in converted)


def test_some_are_due_and_some_overdue(made):
    assert Lead.objects.due(MONDAY.date()).exists()
    assert Lead.objects.overdue(MONDAY.date()).exists()


def test_again_makes_nothing(made):
    assert make_leads(now=MONDAY) == 0
    assert Lead.objects.count() == 35
