"""The demo company as a whole: as much of everything as is promised, and once only."""

from __future__ import annotations

import pytest

from apps.contracts.models import SalesContract
from apps.sales.models import Contact, Customer, Lead, Opportunity, SalesActivity, TargetCompany
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
    waiting = HumanTask.objects.filter(element="decide", ended_at=None)
    contracts = waiting.filter(instance__business_key__startswith="contracts.salescontract:")
    assert contracts.count() == 25
    assert contracts.values("assignee").distinct().count() >= 3
    check_inboxes()

    make_business(now=MONDAY)
    assert numbers() == made
