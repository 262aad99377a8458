"""Kinds are found by the search, shown in the approval center, and handed over by who leaves."""

from __future__ import annotations

import pytest

from apps.core import documents
from apps.core.access.actions import Scope
from apps.core.access.handover import holdings
from apps.core.kinds.registry import kinds
from apps.core.shell import search
from apps.people.models import User
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db


def test_every_kind_can_be_handed_over_and_every_approved_one_shows_itself() -> None:
    for key in kinds:
        assert key in holdings
        assert (key in documents.registry) == (kinds[key].approval is not None)


def test_search_finds_what_its_reader_may_see(key: str, grant, company: dict[str, User]) -> None:
    row = make(key, "qiuzhiyuan")
    typed = str(getattr(row, kinds[key].search[0]))
    urls = {}
    for scope in (Scope.OWN, None):
        grant(key, scope)
        urls[scope] = {
            found.url
            for group in search.find(company["qiuzhiyuan"].pk, typed, 20)
            for found in group.rows
        }
    address = f"/{row.pk}/"
    own = {url for url in urls[Scope.OWN] - urls[None] if url.endswith(address)}
    assert len(own) == 1


def test_all_that_somebody_owns_is_given_to_the_successor(
    key: str, grant, company: dict[str, User]
) -> None:
    row = make(key, "qiuzhiyuan")
    holding = holdings[key]
    before = holding.count(company["qiuzhiyuan"].pk)
    assert before >= 1
    leaver, heir, admin = (company[name].pk for name in ("qiuzhiyuan", "shanlina", "admin"))
    assert holding.hand_over(leaver, heir, admin) == before
    row.refresh_from_db()
    assert row.owner == company["shanlina"]
    assert row.department_id == company["shanlina"].employee.department_id
    assert holding.count(company["qiuzhiyuan"].pk) == 0
