"""Lists as spreadsheets."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from apps.core.access.models import RoleGrant
from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.transfer import exporting
from tests.contracts.factories import line, make_contract, make_customer, make_product

pytestmark = pytest.mark.django_db

CUSTOMERS = "/sales/customers/export/"
CONTRACTS = "/contracts/sales-contracts/export/"


def sheet_of(answer):
    assert answer.status_code == 200, answer.content
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]


def rows_of(answer) -> list[list]:
    return [list(row) for row in sheet_of(answer).iter_rows(values_only=True)]


@pytest.fixture
def manager(company, signed_in):
    """The general manager, who sees everything."""
    return signed_in("zengguoqiang")


def test_what_is_shown_is_exported_filtered_searched_and_in_order(manager) -> None:
    for name in ("甲医院", "乙医院", "丙诊所"):
        firm = make_customer(name)
        make_searchable(firm, kind_of(firm).search)
        firm.save()
    heading, *rows = rows_of(manager.get(CUSTOMERS, {"q": "医院", "sort": "name"}))
    assert heading[0] in ("Name", "名称")
    assert len(rows) == 2
    assert {row[0] for row in rows} == {"甲医院", "乙医院"}


def test_only_rows_in_scope_are_exported(company, signed_in) -> None:
    make_customer("甲医院", owner="qiuzhiyuan")
    make_customer("乙医院", owner="xiexiaomei")
    RoleGrant.objects.create(role="everyone", kind="sales.customer", action="export")
    _heading, *rows = rows_of(signed_in("qiuzhiyuan").get(CUSTOMERS))
    assert [row[0] for row in rows] == ["甲医院"]


def test_without_the_right_nothing_is_exported(company, signed_in) -> None:
    assert signed_in("qiuzhiyuan").get(CUSTOMERS).status_code == 403
    assert not AuditEntry.objects.filter(event=Event.EXPORTED).exists()


def test_chosen_rows_alone_are_exported(manager) -> None:
    firms = [make_customer(name) for name in ("甲医院", "乙医院")]
    _heading, *rows = rows_of(manager.post(CUSTOMERS, {"pk": [firms[1].pk]}))
    assert [row[0] for row in rows] == ["乙医院"]
    assert manager.post(CUSTOMERS, {"pk": []}).status_code == 422


def test_numbers_and_dates_are_typed(manager) -> None:
    make_contract(line(make_product(price="1234.5"), 2))
    sheet = sheet_of(manager.get(CONTRACTS))
    cells = {cell.value: other for cell, other in zip(sheet[1], sheet[2], strict=True)}
    values = [cell.value for cell in cells.values()]
    assert 2469 in values
    assert any(isinstance(v, datetime) and v.date() == date(2031, 3, 3) for v in values)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_texts_are_never_formulas(manager, name) -> None:
    make_customer(name)
    cell = sheet_of(manager.get(CUSTOMERS))["A2"]
    assert (cell.value, cell.data_type) == (name, "s")
    assert cell.quotePrefix


def test_control_characters_are_left_out(manager) -> None:
    make_customer("甲\x07医院")
    assert sheet_of(manager.get(CUSTOMERS))["A2"].value == "甲医院"


def test_an_export_is_in_the_audit_log(company, manager) -> None:
    make_customer("甲医院")
    rows_of(manager.get(CUSTOMERS, {"sort": "-name"}))
    entry = AuditEntry.objects.get(event=Event.EXPORTED)
    assert entry.actor == company["zengguoqiang"]
    assert (entry.after["kind"], entry.after["rows"]) == ("sales.customer", 1)
    assert entry.after["query"] == "sort=-name"


def test_costs_are_exported_only_to_those_who_may_see_them(company, signed_in) -> None:
    make_product(reference_cost=500)
    RoleGrant.objects.create(role="everyone", kind="catalog.product", action="export")
    for username, seen in (("zengguoqiang", True), ("qiuzhiyuan", False)):
        client = signed_in(username)
        client.post("/settings/products/columns/", {"column": ["code", "reference_cost"]})
        cells = [
            value for row in rows_of(client.get("/settings/products/export/")) for value in row
        ]
        assert (500 in cells) is seen


def test_too_many_rows_are_refused_before_anything_is_written(manager, monkeypatch) -> None:
    monkeypatch.setattr(exporting, "MOST", 1)
    for name in ("甲医院", "乙医院"):
        make_customer(name)
    assert manager.get(CUSTOMERS).status_code == 422


def test_queries_do_not_grow_with_rows(manager, django_assert_max_num_queries) -> None:
    for number in range(12):
        make_customer(f"{number}号医院")
    with django_assert_max_num_queries(25):
        rows_of(manager.get(CUSTOMERS))
