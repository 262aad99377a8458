"""How the decisions of several count, and how many have agreed, wherever a case says whom it waits
for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine.organisation import Role
from tests.processes.test_contract_approval import (
    BOARD,
    CASHIER,
    FINANCE,
    HEAD,
    MANAGER,
    SELLER,
    hold,
    submit,
    submit_variant,
)

__all__ = ["submit", "submit_variant"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_finance(submit_variant):
    """A contract of two more levels: two of finance, all of whom, then 60 percent of five."""
    return submit_variant().decide(HEAD, "approve")


def nodes(client, case) -> list[tuple[str, str]]:
    chain = client.get(f"/approvals/cases/{case.id}/").context["chain"]
    return [(node.look, node.how) for node in chain]


def test_one_alone_is_told_nothing_of_it(submit_variant, signed_in):
    case = submit_variant()
    page = signed_in(HEAD).get(f"/approvals/cases/{case.id}/")
    assert [one.counted for one in page.context["waiting_for"]] == [""]
    assert [(n.look, n.how) for n in page.context["chain"]] == [
        ("done", ""),
        ("now", ""),
        ("next", "会签"),
        ("next", "比例 60%"),
        ("next", ""),
    ]


def test_all_and_percent_with_how_many_have_agreed(at_finance, signed_in):
    case, client = at_finance, signed_in(CASHIER)
    assert nodes(client, case)[2:4] == [("now", "会签，已同意 0/2"), ("next", "比例 60%")]
    case.decide(FINANCE, "approve")
    assert nodes(client, case)[2:4] == [("now", "会签，已同意 1/2"), ("next", "比例 60%")]
    case.decide(CASHIER, "approve").decide(BOARD[1], "reject").decide(BOARD[2], "approve")
    assert nodes(signed_in(MANAGER), case)[2:4] == [
        ("done", "会签"),
        ("now", "比例 60%，已同意 1/5"),
    ]


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/approvals/cases/{case}/", 15),
        ("/approvals/cases/{case}/?tab=trail", 15),
        ("/approvals/cases/{case}/?tab=diagram", 15),
        ("/instances/{case}/", 17),
        ("/contracts/sales-contracts/{contract}/", 15),
    ],
)
def test_every_page_of_the_case_says_it(at_finance, signed_in, address, most):
    at_finance.decide(FINANCE, "approve")
    client = signed_in(SELLER)
    where = address.format(case=at_finance.id, contract=at_finance.pk)
    client.get(where)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(where)
    assert "会签，已同意 1/2" in page.content.decode()
    assert len(queries) <= most


def test_any_of_several(submit, signed_in):
    hold(Role.FINANCE, FINANCE, CASHIER)
    case = submit(100_000).decide(HEAD, "approve")
    assert nodes(signed_in(CASHIER), case)[2] == ("now", "或签")
    page = signed_in(SELLER).get(f"/instances/{case.id}/")
    assert [one.counted for one in page.context["waiting_for"]] == ["或签", "或签"]
