"""The demo company as a whole: as much of everything as is promised, and once only."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from apps.contracts.models import SalesContract
from apps.sales.contacts.birthdays import in_coming_days
from apps.sales.models import (
    Contact,
    Customer,
    Lead,
    Opportunity,
    PresalesRequest,
    SalesActivity,
    SalesTarget,
    TargetCompany,
)
from config.demo import make_business
from engine import definitions
from engine.models import Deployment, HumanTask
from tests.casework import MONDAY, check_inboxes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

PROMISED = {TargetCompany: 120, Lead: 35, Customer: 60, Contact: 140, Opportunity: 30}


def numbers() -> dict[type, int]:
    return {model: model._base_manager.count() for model in (*PROMISED, SalesContract)}


def test_as_much_as_is_promised_and_once_only() -> None:
    definitions.deploy(definitions.shipped_files(), source=Deployment.Source.SHIPPED)
    make_business(now=MONDAY)
    made = numbers()
    # Leads that were promoted have become customers, with contacts and opportunities.
    assert {model: made[model] for model in PROMISED if made[model] < PROMISED[model]} == {}
    # One lead went back to the yellow pages, where its firm wasn't before.
    assert (made[TargetCompany], made[Lead]) == (121, 35)
    assert SalesActivity.objects.exists()
    stages = Counter(Customer.objects.values_list("stage", flat=True))
    assert stages == {"in_talk": 25, "won": 25, "dormant": 7, "closed": 3}
    assert Counter(TargetCompany.objects.values_list("state", flat=True))["claimed"] == 45
    soon = Contact.objects.filter(in_coming_days(7, today=MONDAY.date()))
    assert soon.filter(birth_calendar="lunar").exists()
    assert Counter(PresalesRequest.objects.values_list("state", flat=True)) == {
        "draft": 1,
        "waiting": 2,
        "assigned": 1,
        "accepted": 1,
        "done": 1,
        "cancelled": 1,
    }
    months = SalesTarget.objects.values_list("month", "measure").distinct()
    assert set(months) == {
        (month, measure)
        for month in (date(2031, 2, 1), date(2031, 3, 1))
        for measure in ("contracts", "new_customers")
    }
    waiting = HumanTask.objects.filter(element="decide", ended_at=None)
    contracts = waiting.filter(instance__business_key__startswith="contracts.salescontract:")
    assert contracts.count() == 26  # an amendment among them
    assert contracts.values("assignee").distinct().count() >= 3
    check_inboxes()

    make_business(now=MONDAY)
    assert numbers() == made
