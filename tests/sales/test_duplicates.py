"""Names as they are compared, and firms that are there already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sales.duplicates import Basis, Candidate, find_all, find_matches, normal_name
from tests.kinds.factories import make

FIRMS = st.text(
    st.sampled_from("苏州康泽医疗（）() 有限责任公司股份集团分 ·-.,ABCcoLtd&1２ﾊ"), max_size=24
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("康泽（苏州）医疗有限公司", "康泽苏州医疗"),
        ("康泽(苏州)医疗 有限责任公司", "康泽苏州医疗"),
        ("ＫＺ Medical Co., Ltd.", "kzmedical"),
        ("苏州康泽医疗设备股份有限公司", "苏州康泽医疗设备"),
        ("苏州康泽医疗设备公司", "苏州康泽医疗设备"),
        ("苏州康泽医疗设备集团", "苏州康泽医疗设备"),
        ("苏州康泽有限公司上海分公司", "苏州康泽上海分公司"),
        ("平江路医院（东院）", "平江路医院东院"),
        ("平江路诊所（个体工商户）", "平江路诊所"),
        ("沙溪合伙企业（有限合伙）", "沙溪合伙企业"),
        ("有限公司", "有限公司"),
        ("  ", ""),
    ],
)
def test_names_are_compared_without_what_tells_no_firms_apart(typed, normal):
    assert normal_name(typed) == normal


@given(FIRMS | st.text(max_size=30))
def test_a_normal_name_is_its_own_normal_name(text):
    normal = normal_name(text)
    assert normal_name(normal) == normal
    assert not any(mark.isspace() for mark in normal)
    assert bool(normal) == any(mark.isalnum() for mark in normal_name_input(text))


def normal_name_input(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@given(FIRMS)
def test_width_spaces_and_legal_form_make_no_other_firm(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert normal_name(wide) == normal_name(text)
    assert normal_name(f" {text} ") == normal_name(text)


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
class TestMatches:
    TAX_ID = "91990000MA0HX0001P"

    def test_the_strongest_agreement_counts_and_each_row_is_told_once(self):
        one = make(
            "sales.targetcompany", name="康泽有限公司", phone="0512-62880001", tax_id=self.TAX_ID
        )
        two = make("sales.targetcompany", name="安和诊所", phone="0512-62880002")
        matches = find_matches(
            name="安和诊所有限公司", phones=["0512 6288 0001"], tax_id=self.TAX_ID.lower()
        )
        assert [(m.pk, m.basis) for m in matches] == [(one.pk, Basis.TAX_ID), (two.pk, Basis.NAME)]
        assert find_matches(name="康泽", exclude={one.business_key}) == []
        assert find_matches(phones=["转", ""]) == []

    def test_many_are_looked_for_at_once(self, django_assert_num_queries):
        rows = [make("sales.targetcompany") for _n in range(3)]
        wanted = [Candidate(row.name) for row in rows] + [Candidate("没有这家")] * 50
        with django_assert_num_queries(2):  # what agrees, and the rows that do
            found = find_all(wanted, among=["sales.targetcompany"])
        assert [[m.pk for m in each] for each in found] == [[r.pk] for r in rows] + [[]] * 50
