"""What was reached stays the success of who reached it, whoever looks after it now."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import SalesContract
from apps.core.access.defaults import sync_grants
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import hand_over_records
from apps.core.kinds.unapproval import unapprove_document
from apps.people.leaving import held_by, leave
from apps.people.models import Employee, User
from apps.sales.models import Customer
from tests.casework import deploy
from tests.contracts.amending import amend, approve, fresh, in_force
from tests.contracts.factories import rights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

SELLER, HEIR, MANAGER = "ouwenbin", "xiexiaomei", "shanlina"  # of 华南组, and of 华东组
KEY = "contracts.salescontract"


@pytest.fixture(autouse=True)
def granted() -> None:
    sync_grants()
    deploy("contract_approval", "document_unapproval")


@pytest.fixture
def contract() -> SalesContract:
    return in_force(by=SELLER, signed_on=timezone.localdate())


def give(contract: SalesContract) -> None:
    to = User.objects.get_by_natural_key(HEIR).pk
    hand_over_records(kind=kinds[KEY], pks=[contract.pk], to=to, rights=rights(MANAGER))


@pytest.fixture
def ranking(signed_in):
    """Amounts by name, and by department, in the ranking of this month."""
    client = signed_in(MANAGER)

    def read(measure: str = "contracts") -> dict[str, tuple[int, str]]:
        page = client.get(reverse("sales:team"), {"measure": measure}).context
        lines = {line.name: line for line in page["people"]}
        for line in lines.values():  # each figure leads to what it counts
            rows = [row.row for row in client.get(line.urls["reached"]).context["rows"]]
            counted = sum(row.gross for row in rows) if measure == "contracts" else len(rows)
            assert counted == line.attainment.reached
        return {n: (int(one.attainment.reached), one.detail) for n, one in lines.items()}

    return read


def test_what_is_handed_over_later_stays_the_success_of_who_made_it(contract, ranking) -> None:
    give(contract)
    seller, heir = (str(User.objects.get_by_natural_key(who)) for who in (SELLER, HEIR))
    found = ranking()
    assert found[seller] == (1000, "华南组")
    assert found.get(heir, (0, ""))[0] == 0
    changed = amend(contract, by=HEIR)
    approve(changed, by=HEIR)
    assert (fresh(changed).state, fresh(changed).owner.username) == ("approved", HEIR)
    assert ranking()[seller][0] == 1000


def test_what_is_handed_over_before_is_the_success_of_who_ends_it(contract, ranking) -> None:
    unapprove_document(kind=kinds[KEY], pk=contract.pk, rights=rights("zhoumin"), reason="重签")
    assert fresh(contract).credited_to is None
    give(contract)
    approve(fresh(contract), by=HEIR)
    heir = str(User.objects.get_by_natural_key(HEIR))
    assert ranking()[heir] == (1000, "华东组")


def test_a_leaver_keeps_what_they_reached_and_so_does_their_department(contract, ranking) -> None:
    seller = Employee.objects.get(user__username=SELLER)
    heir = User.objects.get_by_natural_key(HEIR).pk
    successors = {held.key: heir for held in held_by(seller)}
    leave(employee=seller, successors=successors, by=User.objects.get_by_natural_key("admin").pk)
    assert Customer.objects.get().owner_id == heir
    assert ranking()[str(seller.user)] == (1000, "已离职")
    assert ranking("new_customers")[str(seller.user)] == (1, "已离职")
