"""A contract in force is closed, and opened again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.contracts import services
from apps.contracts.measures import contract_amount
from apps.core.kinds.addresses import url_of
from apps.core.kinds.closing import close_document, reopen_document
from apps.core.kinds.registry import kinds
from apps.core.kinds.unapproval import unapprove_document
from apps.sales.crediting import of_each_person
from engine.exceptions import NotAllowed, WrongState
from engine.models import ProcessInstance
from tests.casework import deploy
from tests.contracts.amending import SELLER, amend, fresh, in_force
from tests.contracts.factories import rights

pytestmark = pytest.mark.django_db

KIND = kinds["contracts.salescontract"]
MANAGER, FINANCE = "shanlina", "zhoumin"


@pytest.fixture
def contract(company):
    """In force, ¥1,000."""
    deploy("contract_approval", "document_unapproval")
    return in_force()


def close(pk: int, by: str = MANAGER):
    return close_document(kind=KIND, pk=pk, rights=rights(by))


def unapprove(pk: int):
    return unapprove_document(kind=KIND, pk=pk, rights=rights(FINANCE), reason="客户信息有误")


def test_closed_it_counts_and_nothing_more_is_done_with_it(contract):
    assert close(contract.pk).state == "closed"
    with pytest.raises(WrongState):
        amend(fresh(contract))
    with pytest.raises(WrongState):
        unapprove(contract.pk)
    with pytest.raises(WrongState, match=contract.number):
        close(contract.pk)


def test_what_was_signed_counts_and_nothing_is_awaited(contract, company):
    seller, customer = company[SELLER].pk, contract.customer_id
    year = (contract.date - timedelta(days=30), contract.date + timedelta(days=30))
    listed = kinds["contracts.salescontract"].model.objects.all()
    assert of_each_person(contract_amount(*year, [seller])) == {seller: 1000}
    assert services.outstanding(customer) == 1000
    assert services.open_contracts(customer).exists()
    close(contract.pk)
    assert of_each_person(contract_amount(*year, [seller])) == {seller: 1000}
    assert services.payments_of(listed, today=contract.date) == (1, 1000, 0, 0)
    assert services.outstanding(customer) == 0
    assert not services.open_contracts(customer).exists()
    assert services.keeps_won(customer)


def test_opened_again_it_is_in_force_as_before(contract):
    close(contract.pk)
    opened = reopen_document(kind=KIND, pk=contract.pk, rights=rights(MANAGER))
    assert (opened.state, opened.approved_at) == ("approved", contract.approved_at)
    with pytest.raises(WrongState, match=contract.number):
        reopen_document(kind=KIND, pk=contract.pk, rights=rights(MANAGER))


def test_who_may_not_close_changes_nothing(contract):
    with pytest.raises(NotAllowed):
        close(contract.pk, SELLER)
    assert fresh(contract).state == "approved"


def test_what_is_being_amended_is_not_closed(contract):
    amend(contract)
    with pytest.raises(WrongState, match="变更"):
        close(contract.pk)
    assert fresh(contract).state == "approved"


def test_what_is_being_unapproved_is_not_closed(contract, monkeypatch):
    monkeypatch.setattr(type(KIND), "effects", lambda self, record: 1)  # so that somebody is asked
    unapprove(contract.pk)
    with pytest.raises(WrongState, match=contract.number):
        close(contract.pk)
    assert fresh(contract).state == "approved"


def test_what_was_closed_since_it_was_read_is_not_unapproved(contract, monkeypatch):
    find = type(KIND).find

    def overtaken(self, *given):
        found = find(self, *given)
        type(found).objects.filter(pk=found.pk).update(state="closed")
        return found

    monkeypatch.setattr(type(KIND), "find", overtaken)
    monkeypatch.setattr(type(KIND), "effects", lambda self, record: 1)  # so that somebody is asked
    with pytest.raises(WrongState):
        unapprove(contract.pk)
    assert not ProcessInstance.objects.filter(definition__key="document_unapproval").exists()


def test_the_page_offers_what_can_be_done(contract, signed_in):
    page = url_of(KIND, "page", contract.pk)
    client = signed_in(MANAGER)

    def offered() -> set[str]:
        text = client.get(page).content.decode()
        return {name for name in ("close", "reopen") if f"{page}{name}/" in text}

    assert offered() == {"close"}
    assert client.post(f"{page}close/").status_code in (200, 302)
    assert fresh(contract).state == "closed"
    assert offered() == {"reopen"}
