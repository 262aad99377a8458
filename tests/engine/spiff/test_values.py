"""What may be in a variable, and that it comes back from the state as it went in."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exceptions import InvalidData
from engine.spiff.values import decoded, encoded, normalized, normalized_variables

keys = st.text(st.characters(codec="utf-8"), max_size=8).filter(
    lambda key: not key.startswith("_") and key not in ("typename", "data_objects")
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    kept = normalized(value)
    text = orjson.dumps(kept, default=encoded, option=orjson.OPT_PASSTHROUGH_DATETIME)
    again = decoded(orjson.loads(text))
    assert again == kept == value
    assert repr(again) == repr(kept)


class Colour(StrEnum):
    RED = "red"


def test_near_values_become_values() -> None:
    identity = UUID("12345678-1234-5678-1234-567812345678")
    given_value = OrderedDict(a=(1, 2), b=identity, c=Colour.RED)
    assert normalized(given_value) == {"a": [1, 2], "b": str(identity), "c": "red"}
    assert type(normalized(given_value)["c"]) is str


def test_a_value_is_copied() -> None:
    inner: list[int] = [1]
    kept = normalized({"list": inner})
    inner.append(2)
    assert kept == {"list": [1]}


deep: Any = 1
for _ in range(40):
    deep = [deep]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        b"bytes",
        object(),
        lambda: 1,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        2**63,
        -(2**70),
        "\ud800",
        {1: "number"},
        {"_private": 1},
        {"deep": {"typename": "x"}},
        {"data_objects": 1},
        time(9),
        timedelta(1),
        deep,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_value(value: Any) -> None:
    with pytest.raises(InvalidData) as refused:
        normalized_variables({"fine": 1, "wrong": value})
    assert list(refused.value.data["errors"]) == ["wrong"]


def test_days_are_no_moments() -> None:
    shanghai = timezone(timedelta(hours=8))
    for value in (date(2026, 11, 23), datetime(2026, 11, 23, 9, tzinfo=shanghai)):
        assert type(normalized(value)) is type(value)
