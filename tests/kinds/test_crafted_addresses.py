"""Addresses and forms that no page sends: what makes no sense in them is left aside."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import orjson
import pytest
from django import forms
from django.http import QueryDict
from django_filters.fields import DateRangeField

from apps.core.access.actions import Scope
from apps.core.kinds.addresses import url_of
from apps.core.kinds.editing import Editor
from apps.core.kinds.listing import Listing
from apps.core.kinds.registry import kinds
from tests.kinds.conftest import rights
from tests.kinds.factories import all_rights, make

pytestmark = pytest.mark.django_db

Lists = Callable[[Mapping[str, str]], set[int]]
CURSORS = ({"x": 1}, {}, [], 1, None, True, "x", "xy", [[], [], []], [{}, 1, False], [1, "x", 2])
NUL = "\x00"
NO_SENSE = 422  # what REST says of a filter that it can't read


@pytest.fixture
def lists(key, grant, client_of) -> Lists:
    """`lists(query)`: what the list of the kind and that of REST answer; they have one record."""
    grant(key, Scope.ALL)
    client = client_of("qiuzhiyuan")
    make(key)
    kind = kinds[key]
    rest = f"/api/v1/{kind.model._meta.app_label}/{kind.slug}/"
    addresses = (url_of(kind, "list"), rest)
    return lambda query: {client.get(address, query).status_code for address in addresses}


def filters(key: str) -> dict[str, forms.Field]:
    """The filters of a kind's list, by their names in its address."""
    found = Listing(kinds[key], rights("qiuzhiyuan"), QueryDict()).filters
    return {
        f"{name}_{suffix}" if suffix else name: field
        for name, field in (found.form.fields.items() if found else ())
        for suffix in getattr(field.widget, "suffixes", ("",))
    }


def test_cursors(lists, key):
    for value in CURSORS:
        cursor = base64.urlsafe_b64encode(orjson.dumps(value)).decode()
        assert lists({"cursor": cursor}) == {200}, value


def test_text_that_no_column_holds(lists, key):
    assert lists({"q": NUL}) == {200}
    for end in ("", "-text"):
        assert lists({f"{name}{end}": NUL for name in filters(key)}) <= {200, NO_SENSE}


def test_text_that_no_column_holds_in_a_form(key, grant, client_of):
    grant(key, Scope.ALL)
    kind = kinds[key]
    editor = Editor(kind, all_rights("qiuzhiyuan"))
    sent = {f"{name}-text": NUL for name in editor.form.fields}
    for grid in editor.grids:
        sent |= {f"{grid.prefix}-0-{name}-text": NUL for name in grid.entries[-1].fields}
        sent[f"{grid.prefix}-count"] = "1"
    answer = client_of("qiuzhiyuan").post(url_of(kind, "new"), sent)
    assert answer.status_code in (403, 422)  # some are only made out of others


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar(lists, key, day):
    days = [
        name
        for name, field in filters(key).items()
        if isinstance(field, forms.DateField | DateRangeField)
    ]
    assert lists(dict.fromkeys(days, day)) == {200}
