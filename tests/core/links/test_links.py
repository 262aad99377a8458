"""The chain of documents, both ways, and as far as somebody may see it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.core.links.chains import chain_of
from apps.core.links.models import DocumentLink
from apps.core.links.services import LineLink, link_documents, trace, unlink_document
from apps.people.models import Employee
from engine.exceptions import NotFound, WrongState
from tests.contracts.factories import line, make_contract, make_customer, make_product, rights

pytestmark = pytest.mark.django_db


def key(number: int) -> str:
    return f"contracts.salescontract:{number}"


def link(source: int, target: int) -> None:
    link_documents(source=key(source), target=key(target), by=None)


def chain(number: int) -> list[tuple[int, int]]:
    return [
        (int(each.business_key.partition(":")[2]), each.distance) for each in trace(key(number))
    ]


def test_a_chain_is_walked_from_its_first_source_to_its_last_target() -> None:
    link(1, 2)
    link(2, 3)
    link(2, 4)
    link(9, 3)
    assert chain(2) == [(1, -1), (2, 0), (3, 1), (4, 1)]
    assert sorted(chain(3)) == [(1, -2), (2, -1), (3, 0), (9, -1)]
    assert chain(7) == [(7, 0)]


def test_the_same_link_again_is_one(company) -> None:
    lines = [LineLink(11, 21, Decimal(3)), LineLink(12, 22, Decimal("0.5"))]
    for _time in range(2):
        link_documents(source=key(1), target=key(2), by=company["qiuzhiyuan"], lines=lines)
    rows = DocumentLink.objects.values_list("source_line", "target_line", "quantity")
    assert sorted(rows) == [(11, 21, Decimal(3)), (12, 22, Decimal("0.5"))]
    assert chain(1) == [(1, 0), (2, 1)]


def test_a_document_is_not_made_from_what_was_made_from_it() -> None:
    link(1, 2)
    link(2, 3)
    for source, target in ((3, 1), (2, 2)):
        with pytest.raises(WrongState):
            link(source, target)
    with pytest.raises(NotFound):
        link_documents(source="nothing.of:1", target=key(1), by=None)


def test_a_circle_written_by_hand_ends() -> None:
    link(1, 2)
    DocumentLink.objects.create(
        kind="push_down", source=key(2), target=key(1), linked_at="2031-03-03T00:00Z"
    )
    assert {number for number, _distance in chain(1)} == {1, 2}


def test_a_long_chain_is_bounded() -> None:
    for number in range(1, 20):
        link(number, number + 1)
    assert chain(1)[-1] == (9, 8)


def test_of_what_the_reader_may_not_see_only_the_kind_is_told(company) -> None:
    goods = make_product()
    mine, theirs = (
        make_contract(line(goods)),
        make_contract(line(goods), customer=make_customer("另一家", owner="xiexiaomei")),
    )
    elsewhere = Employee.objects.get(pk=company["zengguoqiang"]).department
    type(theirs).objects.filter(pk=theirs.pk).update(
        owner=company["xiexiaomei"], department=elsewhere
    )
    link(mine.pk, theirs.pk)
    own, other = chain_of(mine, rights("qiuzhiyuan"))
    assert (own.here, own.record) == (True, mine)
    assert own.amount.text == "¥1,000.00"
    assert (other.record, other.href) == (None, "")
    assert [node.record for node in chain_of(mine, rights("zengguoqiang"))] == [mine, theirs]


def test_what_is_deleted_leaves_the_chain() -> None:
    link(1, 2)
    link(2, 3)
    unlink_document(key(2))
    assert chain(1) == [(1, 0)]


def test_the_page_shows_the_chain(company, signed_in) -> None:
    goods = make_product()
    first, second = (
        make_contract(line(goods)),
        make_contract(line(goods), customer=make_customer("另一家", owner="xiexiaomei")),
    )
    link(first.pk, second.pk)
    page = signed_in("qiuzhiyuan").get(f"/contracts/sales-contracts/{first.pk}/").content.decode()
    assert "ld-chain" in page
    assert second.number in page
