"""Global search: what is found, by whom, and what is shown while somebody types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.core.shell import search
from apps.core.shell.search import Row, Source
from engine.models import ProcessInstance

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospitals() -> Iterator[None]:
    """A source with thirty hospitals, for one user only."""

    def find(user: int, text: str, limit: int) -> Sequence[Row]:
        found = [Row(f"<b>{text}</b> {number}", f"/hospitals/{number}/") for number in range(30)]
        return found[:limit] if text.startswith("医院") else []

    search.add("tests.hospital", Source("Hospitals", "building", find))
    yield
    search.remove("tests.hospital")


def number_of(instance: int) -> str:
    return ProcessInstance.objects.get(pk=instance).business_key.partition(":")[2]


def test_a_case_is_found_by_its_number_by_those_who_may_see_it(
    company, signed_in, submitted
) -> None:
    result = submitted("qiuzhiyuan", 5, "采购三台超声设备")
    number = number_of(result.instance)
    address = f'href="/instances/{result.instance}/"'.encode()
    for username, sees in (("qiuzhiyuan", True), ("shanlina", True), ("zhoumin", False)):
        answer = signed_in(username).get("/search/", {"q": f" {number} "})
        assert (address in answer.content) is sees
    whole = f"requests.request:{number}"
    assert address in signed_in("qiuzhiyuan").get("/search/", {"q": whole}).content


def test_while_typing_there_are_a_few_rows_and_a_way_to_all(company, signed_in, hospitals) -> None:
    client = signed_in("shanlina")
    typing = client.get("/search/", {"q": "医院"}, headers={"HX-Request": "true"})
    assert typing.content.count(b"/hospitals/") == 5
    assert b"/search/?q=%E5%8C%BB%E9%99%A2" in typing.content
    assert b"<html" not in typing.content
    page = client.get("/search/", {"q": "医院"})
    assert page.content.count(b"/hospitals/") == 25


def test_what_is_typed_is_text(company, signed_in, hospitals) -> None:
    client = signed_in("shanlina")
    hostile = '医院"><img src=x onerror=alert(1)>'
    for headers in ({}, {"HX-Request": "true"}):
        content = client.get("/search/", {"q": hostile}, headers=headers).content
        assert b"<img src=x" not in content
        assert b"<b>" not in content.split(b"<main")[-1]
    for odd in ("", " ", "\x00", "%", "'", "x" * 5000):
        assert client.get("/search/", {"q": odd}).status_code == 200


def test_nothing_found_says_so(company, signed_in) -> None:
    assert "zzz" in signed_in("shanlina").get("/search/", {"q": "zzz"}).content.decode()
    client = signed_in("shanlina")
    assert b"/hospitals/" not in client.get("/search/", {"q": "zzz"}).content


def test_a_source_has_a_name_of_its_own(hospitals) -> None:
    with pytest.raises(ImproperlyConfigured):
        search.add("tests.hospital", Source("Again", "building", lambda user, text, limit: []))
