"""Pages of a long history, in transactions that are really committed."""

from __future__ import annotations

from collections.abc import Sequence

from apps.core.history.reading import Moment, history_of
from apps.core.kinds.registry import kind_of
from apps.sales.models import Customer
from tests.contracts.factories import make_customer, rights


def told(moments: Sequence[Moment]) -> list[tuple[str, str]]:
    return [(c.old, c.new) for m in moments for part in m.parts for c in part.changes]


def test_older_changes_are_read_page_by_page(own_database, company, monkeypatch) -> None:
    monkeypatch.setattr("apps.core.history.reading.MOMENTS", 2)
    firm = make_customer(payment_days=30)
    for days in (31, 32, 33, 34):
        Customer.objects.filter(pk=firm.pk).update(payment_days=days)
    kind, reader = kind_of(firm), rights("qiuzhiyuan")
    newest = history_of(kind, firm, reader)
    assert told(newest.moments) == [("33", "34"), ("32", "33")]
    rest = history_of(kind, firm, reader, newest.older)
    assert told(rest.moments) == [("31", "32"), ("30", "31")]
    last = history_of(kind, firm, reader, rest.older)
    assert [part.act for m in last.moments for part in m.parts] == ["insert"]
    assert last.older is None
