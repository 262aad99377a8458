"""Search: bigrams find candidates, the text decides."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from apps.core.kinds.search import grams, make_searchable, readings


@dataclass
class Thing:
    name: str
    phone: str = ""
    search_text: str = ""
    search_grams: list[str] = field(default_factory=list)


def finds(thing: Thing, typed: str) -> bool:
    """What the database is asked, in words."""
    if len(typed) == 1:
        return typed in thing.search_grams
    return grams(typed) - {typed[0]} <= set(thing.search_grams) and typed in thing.search_text


def searchable(name: str, phone: str = "") -> Thing:
    thing = Thing(name, phone)
    make_searchable(thing, ["name", "phone"])
    return thing


@pytest.mark.parametrize(
    "typed", ["星塘", "szxt", "xtyy", "suzhou", "xingtang", "0512", "6512", "苏", "s", "医院"]
)
def test_any_part_of_name_pinyin_initials_or_phone_finds(typed: str) -> None:
    assert finds(searchable("苏州星塘医院", "0512-6512 8899"), typed)


@pytest.mark.parametrize("typed", ["塘星", "tangxing", "x", "州塘", "9988"])
def test_what_it_does_not_hold_does_not_find(typed: str) -> None:
    assert not finds(searchable("苏州星塘医院", "0512-6512 8899"), typed)


@pytest.mark.parametrize(
    ("name", "initials"),
    [("单丽娜", "sln"), ("仇志远", "qzy"), ("尉迟刚", "ycg"), ("解晓梅", "xxm"), ("乐嘉怡", "yjy")],
)
def test_surnames_are_read_as_surnames(name: str, initials: str) -> None:
    assert initials in list(readings(name))


@pytest.mark.parametrize(
    ("name", "reading", "initials"),
    [
        ("解放军总医院", "jiefangjun", "jfjzyy"),
        ("乐山市人民医院", "leshan", "lssrmyy"),
        ("曾国强", "zengguoqiang", "zgq"),
        ("查验科", "chayan", "cyk"),
        ("区人民医院", "qurenmin", "qrmyy"),
        ("员工体检中心", "yuangong", "ygtj"),
        ("单县中心医院", "danxian", "dxzx"),
        ("单县中心医院", "shanxian", "sxzx"),
        ("尉迟刚", "yuchigang", "ycg"),
    ],
)
def test_what_begins_like_a_surname_is_found_by_both_readings(name, reading, initials) -> None:
    for typed in (name, reading, initials, reading[0]):
        assert finds(searchable(name), typed)


def test_other_texts_have_one_reading() -> None:
    assert readings("苏州单家桥医院") == ("苏州单家桥医院", "suzhoudanjiaqiaoyiyuan", "szdjqyy")


def test_an_empty_record_finds_nothing() -> None:
    thing = searchable("", "")
    assert thing.search_text == ""
    assert thing.search_grams == []
