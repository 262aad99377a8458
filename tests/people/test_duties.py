"""Duties that should be parted: named, and told where somebody holds two of them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.core.audit.models import AuditEntry, Event
from apps.people import duties, services
from apps.people.models import ConflictingRoles, RoleHolder

pytestmark = pytest.mark.django_db


def held_both(pair: tuple[str, str]) -> list[str]:
    found = {(one.row.first, one.row.second): one.both for one in duties.pairs()}
    return [str(employee) for employee in found[pair]]


def test_an_account_set_begins_with_the_usual_pairs(company) -> None:
    found = {(pair.row.first, pair.row.second) for pair in duties.pairs()}
    assert {("cashier", "finance"), ("purchasing_manager", "warehouse")} <= found
    assert held_both(("cashier", "finance")) == []


def test_giving_a_second_duty_warns_and_the_page_of_roles_shows_it(company, signed_in) -> None:
    admin, pair = signed_in("admin"), ("cashier", "finance")
    given = {"employee": company["baixue"].pk, "department": ""}
    answer = admin.post("/settings/roles/finance/", given, follow=True)
    (_saved, warning) = [str(message) for message in answer.context["messages"]]
    assert "柏雪" in warning and "出纳" in warning
    assert RoleHolder.objects.filter(employee=company["baixue"].pk, role="finance").exists()
    assert held_both(pair) == ["柏雪"]
    entry = AuditEntry.objects.filter(event=Event.ROLE_GRANTED).latest("pk")
    assert entry.after["incompatible_with"] == "出纳"
    shown = admin.get("/settings/roles/").content.decode()
    assert "柏雪" in shown[shown.index('id="duties"') :]

    quiet = admin.post(
        "/settings/roles/hotline/",
        {"employee": company["wulei"].pk, "department": ""},
        follow=True,
    )
    assert len(quiet.context["messages"]) == 1


def test_pairs_are_named_and_taken_out(company, signed_in) -> None:
    admin = signed_in("admin")
    admin.post("/settings/duties/", {"one": "warehouse", "other": "finance"})
    pair = ConflictingRoles.objects.get(first="finance", second="warehouse")
    admin.post("/settings/duties/", {"one": "finance", "other": "warehouse"})  # the same one
    assert ConflictingRoles.objects.filter(first="finance").count() == 1
    admin.post(f"/settings/duties/{pair.pk}/together")
    assert not ConflictingRoles.objects.filter(pk=pair.pk).exists()
    told = AuditEntry.objects.filter(event=Event.SETTINGS_CHANGED).order_by("pk")
    assert [bool(entry.after) for entry in told] == [True, False]


@pytest.mark.parametrize(
    ("one", "other"),
    [("finance", "finance"), ("finance", "nothing"), ("everyone", "finance"), ("", "")],
)
def test_what_is_no_pair_of_roles_is_refused(company, one, other) -> None:
    with pytest.raises(ValidationError):
        services.part_duties(one=one, other=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictingRoles.objects.create(first="warehouse", second="cashier")


def test_a_role_that_goes_takes_its_pairs_along(company) -> None:
    role = services.create_role(name="资产管理员")
    services.part_duties(one=role.code, other="warehouse")
    services.delete_role(role=role)
    assert not ConflictingRoles.objects.filter(first=role.code).exists()
