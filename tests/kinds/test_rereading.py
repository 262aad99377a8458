"""Rows that were stored with one reading of what begins like a surname get the other one too."""

from __future__ import annotations

import pytest
from django.apps import apps

from apps.core.kinds.rereading import read_anew
from apps.core.kinds.search import search, searchable
from apps.sales.models import Customer
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def found(text: str) -> list[str]:
    return list(search(Customer.objects.all(), text).values_list("name", flat=True))


def test_stored_rows_are_read_anew() -> None:
    for number, name in enumerate(("解放军总医院", "苏州乐康医院")):
        make("sales.customer", name=name, short_name="", phone=f"0512-6288000{number}")
    row = Customer.objects.get(name="解放军总医院")
    as_saved = row.search_text, row.search_grams
    assert found("jfjzyy") == found("xfjzyy") == [row.name]

    old = [text for text in row.search_text.split() if not text.startswith("j")]
    row.search_text, row.search_grams = searchable(old)
    row.save(update_fields=["search_text", "search_grams"])
    untouched = Customer.objects.exclude(pk=row.pk).values_list("search_text", "version").get()
    assert found("jfjzyy") == []

    read_anew("sales")(apps, None)
    row.refresh_from_db()
    assert sorted(row.search_text.split()) == sorted(as_saved[0].split())
    assert row.search_grams == as_saved[1]
    assert found("jiefangjun") == found("解放军 6288") == [row.name]
    assert (
        untouched == Customer.objects.exclude(pk=row.pk).values_list("search_text", "version").get()
    )
