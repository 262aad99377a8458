"""Imports of kinds that write many records together: few questions, errors by row and cell."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kinds
from apps.core.transfer import services
from apps.core.transfer.layout import Layout
from apps.core.transfer.models import ImportRun, ImportState, Mode
from apps.sales.models import TargetCompany
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db

KEY = "sales.targetcompany"


@pytest.fixture
def imported(company):
    """`imported(rows, mode)`: the run of an import by the sales manager, done."""

    def run(rows: list[dict[str, str]], mode: Mode = Mode.ALL) -> ImportRun:
        user = company["shanlina"]
        columns = Layout(kinds[KEY], rights_of(user)).columns
        cells = [[row.get(column.name, "") for column in columns] for row in rows]
        made = ImportRun.objects.create(
            user_id=user,
            kind=KEY,
            mode=mode,
            language="en",
            name="companies.xlsx",
            rows=[[column.label for column in columns], *cells],
            total=len(rows),
            started_at=timezone.now(),
        )
        services.run_import(made.pk)
        made.refresh_from_db()
        return made

    return run


def firm(number: int, **given: str) -> dict[str, str]:
    return {"name": f"江阴沙溪医院{number}", "phone": f"0510-8{number:07d}", **given}


def test_questions_do_not_grow_with_the_rows(imported):
    counts = []
    for first, number in ((1, 5), (100, 60)):
        with CaptureQueriesContext(connection) as queries:
            run = imported([firm(first + at) for at in range(number)])
        assert (run.state, run.added) == (ImportState.DONE, number), run.errors
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_duplicates_in_the_table_and_in_the_file_are_told_and_the_rest_is_taken(imported):
    imported([firm(1)])
    rows = [
        firm(2),
        firm(3, phone="0510 80000001"),  # the table's
        firm(4, name="江阴 沙溪医院2"),  # further up
        firm(5, tax_id="123"),
        firm(6),
    ]
    run = imported(rows, Mode.GOOD)
    assert (run.state, run.added, run.refused) == (ImportState.DONE, 2, 3)
    places = [(row, column) for row, column, _text in run.errors]
    assert places == [(3, "Phone"), (4, "Name"), (5, "Tax id")]
    assert "江阴沙溪医院1" in run.errors[0][2]
    assert TargetCompany.objects.count() == 3


def test_what_leads_customers_and_contacts_agree_with_is_told_by_row_and_column(imported):
    make("sales.lead", name="江阴徐霞客医院")
    make("sales.customer", phone="0510-81110000")
    make("sales.contact", mobile="13800004410")
    rows = [
        firm(1, name="江阴徐霞客医院有限公司"),
        firm(2),
        firm(3, phone="0510 81110000转3"),
        firm(4, phone="138 0000 4410"),
    ]
    run = imported(rows, Mode.GOOD)
    assert (run.added, run.refused) == (1, 3)
    places = [(row, column) for row, column, _text in run.errors]
    assert places == [(2, "Name"), (4, "Phone"), (5, "Phone")]


def test_all_or_nothing_takes_nothing_where_one_is_wrong(imported):
    run = imported([firm(1), firm(2), firm(2)])
    assert (run.state, run.added) == (ImportState.REFUSED, 0)
    assert [row for row, _column, _text in run.errors] == [4]
    assert not TargetCompany.objects.exists()


def test_what_is_taken_is_complete(imported, company):
    imported([firm(1, name="江阴沙溪医院有限公司", phone="0510-80000001转2")])
    row = TargetCompany.objects.get()
    assert (row.name_normal, row.phone_e164) == ("江阴沙溪医院", "+8651080000001")
    assert (row.owner_id, row.created_by_id, row.version) == (company["shanlina"],) * 2 + (1,)
    assert "jysxyy" in row.search_text
    assert kinds[KEY].model.objects.filter(search_grams__contains=["jy", "ys"]).exists()


def test_what_only_the_database_sees_is_found_one_by_one(imported, monkeypatch):
    imported([firm(1, tax_id="91990000MA0HX0001P")])
    monkeypatch.setattr(kinds[KEY], "prepare_many", lambda rows: [{} for _row in rows])
    run = imported([firm(2), firm(3, tax_id="91990000MA0HX0001P")], Mode.GOOD)
    assert run.added == 1, run.errors
    assert [row for row, _column, _text in run.errors] == [3]
