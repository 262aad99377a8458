"""Spreadsheets in: the template, the upload, errors by row and cell, and the file to put right."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.audit.models import AuditEntry, Event
from apps.core.history.tracking import events_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.transfer import services
from apps.core.transfer.models import ImportRun, ImportState
from apps.sales.models import Customer
from tests.contracts.factories import make_customer, make_product
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db

CUSTOMERS = "/sales/customers/import/"
CONTRACTS = "/contracts/sales-contracts/import/"


def book(*rows: Sequence[Any]) -> io.BytesIO:
    """A spreadsheet with these rows."""
    found = Workbook()
    for row in rows:
        found.active.append(list(row))
    file = io.BytesIO()
    found.save(file)
    file.seek(0)
    return file


def cells_of(answer, sheet: int = 0) -> list[list]:
    found = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[sheet]
    return [list(row) for row in found.iter_rows(values_only=True)]


@pytest.fixture
def manager(company, signed_in):
    """The general manager in English, who may import customers; and contracts in these tests."""
    for action in ("import", "add"):
        RoleGrant.objects.get_or_create(
            role="general_manager", kind="contracts.salescontract", action=action
        )
    client = signed_in("zengguoqiang")
    client.cookies["django_language"] = "en"
    return client


def found(record: Any) -> Any:
    """The record, so that it is found by what is typed."""
    make_searchable(record, kind_of(record).search)
    record.save()
    return record


def upload(client, address: str, *rows: Sequence[Any], mode: str = "all") -> ImportRun:
    file = SimpleUploadedFile("导入.xlsx", book(*rows).read())
    answer = client.post(address, {"file": file, "mode": mode})
    assert answer.status_code == 302, answer.content.decode()
    return ImportRun.objects.latest("pk")


HEADING = ("Name *", "Level *", "Phone", "Credit limit", "Days until payment")


def test_the_template_explains_itself_and_is_understood_again(manager) -> None:
    answer = manager.get(f"{CUSTOMERS}template/")
    file = io.BytesIO(b"".join(answer.streaming_content))
    found = load_workbook(file)
    heading = [cell.value for cell in found.worksheets[0][1]]
    assert heading[:3] == ["Group *", "Name *", "Short name"]
    assert "Addresses: Address *" in heading
    explained = {row[0]: row[1:] for row in found.worksheets[1].iter_rows(values_only=True)}
    assert explained["Name"][0] == "Yes"
    lists = [cell.value for cell in found.worksheets[2][1]]
    assert "Level" in lists
    assert found.worksheets[0].data_validations.dataValidation
    found.worksheets[0].append(["1", "新医院", None, None])
    level = found.worksheets[2].cell(2, lists.index("Level") + 1).value
    found.worksheets[0].cell(2, heading.index("Level *") + 1, level)
    filled = io.BytesIO()
    found.save(filled)
    upload_file = SimpleUploadedFile("a.xlsx", filled.getvalue())
    assert manager.post(CUSTOMERS, {"file": upload_file, "mode": "all"}).status_code == 302
    run = ImportRun.objects.get()
    assert (run.errors, run.added) == ([], 1)
    assert str(Customer.objects.get(name="新医院").level) == level


def test_good_rows_become_records_by_the_same_forms(company, manager) -> None:
    level = make_customer().level
    run = upload(
        manager,
        CUSTOMERS,
        HEADING,
        ("  新  医院 ", str(level), "0512-6666", "¥120,000.50", 45),
        (),
        ("=1+1", str(level), None, 3, None),
    )
    assert (run.state, run.errors, run.added) == (ImportState.DONE, [], 2)
    firm = Customer.objects.get(name="新 医院")
    assert (firm.credit_limit, firm.payment_days) == (Decimal("120000.50"), 45)
    assert firm.active  # a cell that isn't there is as in an empty form
    assert (firm.owner_id, firm.created_by_id) == (company["zengguoqiang"],) * 2
    assert firm.search_grams
    assert Customer.objects.get(name="=1+1").payment_days == 30  # a text, never worked out
    event = events_of(Customer).objects.filter(pgh_obj_id=firm.pk).get()
    assert event.pgh_context == {"user": company["zengguoqiang"]}
    entry = AuditEntry.objects.get(event=Event.IMPORTED)
    assert (entry.after["added"], entry.after["refused"]) == (2, 0)


def test_all_or_nothing_imports_nothing_and_tells_row_and_column(manager) -> None:
    level = make("sales.customer", name="旧医院").level
    run = upload(
        manager,
        CUSTOMERS,
        HEADING,
        ("甲医院", str(level), "", "", ""),
        ("旧医院", str(level), "", "", ""),
        ("乙医院", "没有这个", "", "viel", ""),
    )
    assert (run.state, run.added) == (ImportState.REFUSED, 0)
    assert [(row, column) for row, column, _text in run.errors] == [
        (3, "Name"),
        (4, "Level"),
        (4, "Credit limit"),
    ]
    assert set(Customer.objects.values_list("name", flat=True)) == {"旧医院"}
    page = manager.get(f"{CUSTOMERS}{run.pk}/").content.decode()
    assert "Credit limit" in page


def test_only_what_is_right_is_imported_and_the_rest_comes_back_to_be_put_right(manager) -> None:
    level = make("sales.customer", name="旧医院").level
    rows = [("甲医院", str(level), "", "", ""), ("旧医院", str(level), "1", "", "")]
    run = upload(manager, CUSTOMERS, HEADING, *rows, mode="good")
    assert (run.state, run.added, run.refused) == (ImportState.DONE, 1, 1)
    heading, row = cells_of(manager.get(f"{CUSTOMERS}{run.pk}/correction/"))
    assert heading == ["What to put right", *HEADING]
    assert row[0].startswith("Name: ")
    assert row[1:4] == ["旧医院", str(level), "1"]
    row[1] = "旧医院二部"
    again = upload(manager, CUSTOMERS, heading, row)
    assert (again.errors, again.added) == ([], 1)


def test_columns_that_the_template_lacks_are_named(manager) -> None:
    level = make("sales.customer", name="旧医院").level
    heading, rows = ("Name", "Level", "电话号码", "Wishes"), ("甲医院", str(level), "1", "2")
    refused = upload(manager, CUSTOMERS, heading, rows)
    assert (refused.state, refused.added) == (ImportState.REFUSED, 0)
    assert [(row, column) for row, column, _text in refused.errors] == [
        (1, "电话号码"),
        (1, "Wishes"),
    ]
    taken = upload(manager, CUSTOMERS, heading, rows, mode="good")
    assert (taken.state, taken.added, taken.errors) == (ImportState.DONE, 1, [])
    for run in (refused, taken):
        answer = manager.get(f"{CUSTOMERS}{run.pk}/")
        assert answer.context["unknown"] == ["电话号码", "Wishes"]
        assert f'href="{CUSTOMERS}template/"' in answer.content.decode()


def test_lines_are_grouped_to_documents(company, manager) -> None:
    firm, goods = found(make_customer("苏州医院")), found(make_product("UD-820"))
    run = upload(
        manager,
        CONTRACTS,
        ("Group", "Name", "Customer", "Products: Product", "Products: Quantity", "Products: Offer"),
        ("A", "一号合同", "苏州医院", "UD-820", 2, 1000),
        ("A", None, None, "UD-820", 3, 900),
        ("B", "二号合同", "没有的客户", "UD-820", 1, 1000),
        ("B", None, None, "没有的商品", 1, 1000),
        mode="good",
    )
    assert run.added == 1, run.errors
    deal = SalesContract.objects.get()
    assert (deal.name, deal.customer) == ("一号合同", firm)
    assert deal.number.startswith("XS-")
    lines = list(deal.lines.values_list("row", "product", "quantity"))
    assert lines == [(1, goods.pk, Decimal(2)), (2, goods.pk, Decimal(3))]
    assert deal.gross == Decimal(4700)
    places = [(row, column) for row, column, _text in run.errors]
    assert (4, "Customer") in places
    assert (5, "Products: Product") in places


def test_imported_instalments_are_the_percentage_or_the_amount(company, manager) -> None:
    firm, goods = found(make_customer("苏州医院")), found(make_product("UD-820"))
    schedule = [f"Payment schedule: {name}" for name in ("Instalment", "Percent", "Amount")]
    run = upload(
        manager,
        CONTRACTS,
        ("Group", "Name", "Customer", "Products: Product", "Products: Quantity", *schedule),
        ("A", "一号合同", firm.name, goods.code, 2, "预付", None, 555.55),
        ("A", None, None, None, None, "到货", 50, None),
        ("A", None, None, None, None, "验收", 22.22, 444.45),
        mode="good",
    )
    assert run.added == 1, run.errors
    kept = SalesContract.objects.get().instalments.values_list("amount", "by_amount")
    assert list(kept) == [
        (Decimal("555.55"), True),
        (Decimal(1000), False),
        (Decimal("444.40"), False),
    ]


def test_without_the_right_nothing_is_imported(company, signed_in) -> None:
    client = signed_in("qiuzhiyuan")
    file = SimpleUploadedFile("a.xlsx", book(HEADING).read())
    assert client.get(CUSTOMERS).status_code == 403
    assert client.post(CUSTOMERS, {"file": file}).status_code == 403
    assert client.get(f"{CUSTOMERS}template/").status_code == 403


def test_an_import_is_shown_only_to_who_made_it(manager, signed_in, company) -> None:
    run = upload(manager, CUSTOMERS, HEADING, ("甲医院", "没有这个", "", "", ""))
    RoleGrant.objects.create(role="everyone", kind="sales.customer", action="import")
    stranger = signed_in("xiexiaomei")
    assert stranger.get(f"{CUSTOMERS}{run.pk}/").status_code == 404
    assert stranger.get(f"{CUSTOMERS}{run.pk}/correction/").status_code == 404


def test_headings_that_say_nothing_are_refused(manager) -> None:
    file = SimpleUploadedFile("a.xlsx", book(("foo", "bar"), ("1", "2")).read())
    assert manager.post(CUSTOMERS, {"file": file}).status_code == 422
    file = SimpleUploadedFile("a.xlsx", book(HEADING).read())
    assert manager.post(CUSTOMERS, {"file": file}).status_code == 422
    assert manager.post(CUSTOMERS, {}).status_code == 422
    assert not ImportRun.objects.exists()


def test_a_long_import_is_done_by_a_worker_piece_by_piece(manager, monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    level = make("sales.customer", name="旧医院").level
    names = ["甲医院", "旧医院", "乙医院", "丙医院", "丁医院"]
    run = upload(
        manager, CUSTOMERS, HEADING, *((n, str(level), "", "", "") for n in names), mode="good"
    )
    assert (run.state, run.done) == (ImportState.WAITING, 0)
    assert "0 of 5" in manager.get(f"{CUSTOMERS}{run.pk}/").content.decode()
    services.run_waiting()
    run.refresh_from_db()
    assert (run.state, run.done, run.added) == (ImportState.DONE, 5, 4)
    services.run_waiting()  # again is nothing
    assert Customer.objects.count() == 5


def test_what_was_done_before_a_crash_is_not_done_again(manager, monkeypatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    level = make("sales.customer", name="旧医院").level
    rows = ((f"{n}号医院", str(level), "", "", "") for n in range(5))
    run = upload(manager, CUSTOMERS, HEADING, *rows, mode="good")
    real, calls = services._import, []

    def crash_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise MemoryError
        return real(*arguments)

    monkeypatch.setattr(services, "_import", crash_at_the_second)
    with pytest.raises(MemoryError):
        services.run_waiting()
    run.refresh_from_db()
    assert (run.state, run.done, run.added) == (ImportState.WAITING, 2, 2)
    services.run_waiting()
    run.refresh_from_db()
    assert (run.state, run.done, run.added) == (ImportState.DONE, 5, 5)
    assert Customer.objects.count() == 6


def test_choices_are_read_once_for_all_rows(manager) -> None:
    level = str(make_customer("旧医院").level)

    def queries(number: int) -> list[str]:
        rows = ((f"{n}号医院共{number}", level, "", "", "") for n in range(number))
        with CaptureQueriesContext(connection) as captured:
            assert upload(manager, CUSTOMERS, HEADING, *rows).added == number
        return [query["sql"] for query in captured]

    few, many = queries(5), queries(25)
    # For one more record: nothing of the choices; a lock and three tables that it is compared with.
    assert len(many) - len(few) <= 20 * 20
    offered = 'SELECT "parameters_dictionaryentry"."id"'
    assert sum(offered in sql for sql in many) == sum(offered in sql for sql in few)
