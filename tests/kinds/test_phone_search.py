"""A number finds its company, contact and customer, however it was written here or there."""

from __future__ import annotations

import pytest

from apps.core.kinds.registry import kinds
from apps.core.kinds.search import search
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

LANDLINE = (
    "0512-62880001",
    "(0512) 6288 0001",
    "+86 512 6288 0001",
    "0086-512-62880001",
    "051262880001转8005",
    "0512-62880001 ext. 8005",
)
MOBILE = ("13800002716", "138 0000 2716", "+86 138-0000-2716", "008613800002716")


def found(key: str, text: str) -> list[int]:
    return list(search(kinds[key].model.objects.all(), text).values_list("pk", flat=True))


@pytest.mark.parametrize("place", ["sales.targetcompany", "sales.customer", "sales.lead"])
def test_a_landline_is_found_in_any_form(place: str) -> None:
    several = LANDLINE if place == "sales.lead" else LANDLINE[:1]  # there firms have one each
    rows = [make(place, phone=written) for written in several]
    make(place, phone="0512-62880002")
    wanted = sorted(row.pk for row in rows)
    for typed in (*LANDLINE[:5], "62880001"):
        assert sorted(found(place, typed)) == wanted, typed


def test_a_mobile_is_found_in_any_form() -> None:
    rows = [make("sales.contact", mobile=written) for written in MOBILE]
    make("sales.contact", mobile="13800002717")
    for typed in (*MOBILE, "138 2716", "0000 2716"):
        assert sorted(found("sales.contact", typed)) == sorted(row.pk for row in rows), typed


def test_words_and_other_numbers_are_searched_as_they_are() -> None:
    row = make("sales.customer", name="苏州星塘医院", phone="0512-65128899")
    for typed in ("星塘 6512", "0512 8899", "xtyy"):
        assert row.pk in found("sales.customer", typed), typed
    assert found("sales.customer", "+49 89 65128899") == []


def test_numbers_and_addresses_on_a_page_are_called_and_written_to(signed_in) -> None:
    contact = make(
        "sales.contact", mobile="138 0000 2716", phone="自己问", email="shan@hospital.example"
    )
    page = signed_in("qiuzhiyuan").get(f"/sales/contacts/{contact.pk}/").content.decode()
    assert 'href="tel:+8613800002716"' in page
    assert 'href="mailto:shan@hospital.example"' in page
    assert page.count('href="tel:') == 1  # what is no number stays text
