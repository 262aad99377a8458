"""Whatever happens to a customer: restoring leads to the stage and the owner that were stored
(domain.md, invariant 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.people.models import Employee
from apps.sales.customers import services
from apps.sales.models import CustomerStage
from engine.exceptions import InvalidData, WrongState
from tests.contracts.factories import entry, make_customer, rights

NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)
SELLERS = ("qiuzhiyuan", "xiexiaomei", "ouwenbin")
ACTS = st.lists(
    st.sampled_from(["dormant", "close", "restore", "win", "contract", "fall", *SELLERS]),
    max_size=8,
)


@dataclass
class Model:
    """What a customer should be."""

    stage: str
    owner: int
    stored: tuple[str, int] | None = None
    by_hand: bool = False

    def next(self, act: str, people: dict[str, int]) -> bool:
        """Do it where the rules of domain.md allow it; whether they do."""
        alive = self.stored is None
        match act:
            case "dormant" if alive:
                self.stage, self.stored = "dormant", (self.stage, self.owner)
            case "close" if self.stage == "in_talk":
                self.stage, self.stored = "closed", (self.stage, self.owner)
            case "restore" if self.stored is not None:
                (self.stage, self.owner), self.stored = self.stored, None
            case "win" if self.stage == "in_talk":
                self.stage, self.by_hand = "won", True
            case "contract":
                self.stage, self.stored = "won", None
            case "fall":
                self.fall()
            case _ if act in people and people[act] != self.owner:
                self.owner = people[act]
            case _:
                return False
        return True

    def fall(self) -> None:
        """A contract that isn't in force any more."""
        if self.by_hand:
            return
        if self.stage == "won":
            self.stage = "in_talk"
        elif self.stored is not None:
            self.stored = ("in_talk", self.stored[1])


def perform(act: str, pk: int, people: dict[str, int]) -> None:
    manager, reason = rights("shanlina"), entry("stage_reason", "budget")
    match act:
        case "dormant":
            services.make_dormant(customer_id=pk, reason=reason, rights=manager, now=NOW)
        case "close":
            services.close_customer(customer_id=pk, reason=reason, rights=manager, now=NOW)
        case "restore":
            services.restore_customer(customer_id=pk, rights=manager, now=NOW)
        case "win":
            services.win_by_hand(customer_id=pk, rights=manager, now=NOW)
        case "contract":
            services.win_customer(customer_id=pk, now=NOW)
        case "fall":
            services.unwin_customer(customer_id=pk, now=NOW)
        case _:
            services.transfer_customer(customer_id=pk, to=people[act], rights=manager, now=NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(acts=ACTS)
def test_restoring_leads_to_the_stored_stage_and_owner(acts: list[str]) -> None:
    with transaction.atomic():
        customer = make_customer()
        people = {name: Employee.objects.get(user__username=name).pk for name in SELLERS}
        model = Model(CustomerStage.IN_TALK, customer.owner_id)
        for act in acts:
            if model.next(act, people):
                perform(act, customer.pk, people)
            else:
                with pytest.raises((WrongState, InvalidData)), transaction.atomic():
                    perform(act, customer.pk, people)
            customer.refresh_from_db()
            stored = (customer.stage_before, customer.owner_before_id)
            assert (customer.stage, customer.owner_id) == (model.stage, model.owner)
            assert stored == (model.stored or ("", None))
        transaction.set_rollback(True)
