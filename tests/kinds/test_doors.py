"""The three doors: whoever asks, and however, the same rows answer."""

from __future__ import annotations

import re
from functools import reduce

import pytest

from apps.core.access.actions import Action, Scope
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from tests.kinds.conftest import rights
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db

OWNERS = ("shanlina", "qiuzhiyuan", "xiexiaomei", "ouwenbin", "zhoumin")
"""Of 销售部, of its groups 华东组 (two) and 华南组, and of another department."""

SEEN = {
    ("shanlina", Scope.OWN): {"shanlina"},
    ("shanlina", Scope.DEPARTMENT): {"shanlina"},
    ("shanlina", Scope.TREE): {"shanlina", "qiuzhiyuan", "xiexiaomei", "ouwenbin"},
    ("shanlina", Scope.ALL): set(OWNERS),
    ("shanlina", None): set(),
    ("qiuzhiyuan", Scope.OWN): {"qiuzhiyuan"},
    ("qiuzhiyuan", Scope.DEPARTMENT): {"qiuzhiyuan", "xiexiaomei"},
    ("qiuzhiyuan", Scope.TREE): {"qiuzhiyuan", "xiexiaomei"},
}


@pytest.fixture(params=SEEN, ids=lambda case: f"{case[0]}-{case[1] or 'none'}")
def case(request, key, grant, client_of):
    """Somebody with a scope; a row of each owner; who of them is seen."""
    username, scope = request.param
    rows = {owner: make(key, owner) for owner in OWNERS}
    for other in kinds[key].model.objects.exclude(pk__in=[row.pk for row in rows.values()]):
        other.delete()  # a factory needed it
    grant(key, scope, others=scope or Scope.OWN)  # a contact is seen with its customer
    seen = {rows[owner].pk for owner in SEEN[request.param]}
    return kinds[key], username, client_of(username), rows, seen


def test_all_doors_show_the_same_rows(case) -> None:
    kind, username, client, rows, seen = case
    assert set(kind.queryset(rights(username)).values_list("pk", flat=True)) == seen

    answer = client.get(url_of(kind, "list"))
    assert answer.status_code == (200 if seen else 403)
    listed = set(map(int, re.findall(r'name="pk" value="(\d+)"', answer.content.decode())))
    assert listed == seen

    pages = {pk for pk in _pks(rows) if client.get(url_of(kind, "page", pk)).status_code == 200}
    assert pages == seen
    forms = {pk for pk in _pks(rows) if client.get(url_of(kind, "edit", pk)).status_code == 200}
    assert forms == seen

    word = reduce(getattr, kind.search[0].split("__"), next(iter(rows.values())))[:3]
    found = client.get(url_of(kind, "list"), {"q": word})
    assert set(map(int, re.findall(r'name="pk" value="(\d+)"', found.content.decode()))) == seen

    answer = client.get(_api(kind))
    assert answer.status_code == (200 if seen else 403)
    assert {row["id"] for row in answer.json().get("results", ())} == seen
    assert {pk for pk in _pks(rows) if client.get(f"{_api(kind)}{pk}/").status_code == 200} == seen


def test_others_choose_among_the_same_rows(case) -> None:
    """Fields of other kinds that choose one of this kind."""
    kind, _username, client, _rows, seen = case
    for other, place in _choosers(kind):
        RoleGrantFor.add(other)
        answer = client.get(url_of(other, "choices", place))
        offered = set(map(int, re.findall(r'data-pk="(\d+)"', answer.content.decode())))
        assert offered == seen, place


class RoleGrantFor:
    """Lets everybody add records of a kind."""

    @staticmethod
    def add(kind) -> None:
        from apps.core.access.models import RoleGrant

        RoleGrant.objects.get_or_create(role="everyone", kind=kind.key, action=Action.ADD)


def _choosers(kind):
    for key in kinds:
        other = kinds[key]
        if other.key == kind.key:
            continue
        for area, form in (
            ("form", other.form_class),
            *((x.related, x.form_class) for x in other.lines),
        ):
            for name, field in form.base_fields.items():
                queryset = getattr(field, "queryset", None)
                if queryset is not None and queryset.model is kind.model:
                    yield other, f"{area}.{name}"


def _pks(rows):
    return [row.pk for row in rows.values()]


def _api(kind) -> str:
    return f"/api/v1/{kind.model._meta.app_label}/{kind.slug}/"
