"""Customers typed or imported: none twice, and none past the colleague who is at the firm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.core.transfer.models import ImportRun
from apps.sales.companies.services import release_company
from apps.sales.models import Customer
from tests.contracts.factories import rights
from tests.core.transfer.test_import import book
from tests.kinds.factories import make, posted, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
SignIn = Callable[..., Client]
KNOWN = {"name": "平江路医院有限公司", "tax_id": "91990000MA0HX0001P", "phone": "0512-62880001"}
AGREEING = [
    {"tax_id": KNOWN["tax_id"]},
    {"phone": "0512 6288 0001"},
    {"name": "平江路医院（集团）"},
]


def enter(client: Client, **given: Any) -> Any:
    data = posted("sales.customer", typed("sales.customer", **given))
    return client.post(reverse("kinds:new", args=["sales.customer"]), data)


def refusal(answer: Any, field: str) -> str:
    """What stands beside that field of the form that comes back."""
    assert answer.status_code == 422, answer.status_code
    return " ".join(answer.context["editor"].form.errors[field])


@pytest.mark.parametrize("agreeing", AGREEING, ids=lambda given: next(iter(given)))
def test_what_agrees_with_a_colleagues_customer_is_refused(signed_in: SignIn, agreeing):
    make("sales.customer", by="xiexiaomei", **KNOWN)
    said = refusal(enter(signed_in("qiuzhiyuan"), **agreeing), next(iter(agreeing)))
    assert "平江路医院有限公司" in said
    assert "解晓梅" in said
    assert Customer.objects.count() == 1


def test_a_branch_has_phone_and_tax_id_of_its_head_office(signed_in: SignIn):
    head = make("sales.customer", **KNOWN)
    shared = {"tax_id": KNOWN["tax_id"], "phone": KNOWN["phone"], "parent": head.pk}
    client = signed_in("qiuzhiyuan")
    assert enter(client, name="平江路医院东院", **shared).status_code == 302
    assert refusal(enter(client, name="平江路医院", parent=head.pk), "name")


def test_the_review_of_a_colleagues_lead_is_not_passed_by(signed_in: SignIn):
    make("sales.lead", by="xiexiaomei", name="沙溪医院", phone=KNOWN["phone"])
    assert "解晓梅" in refusal(enter(signed_in("qiuzhiyuan"), name="沙溪医院公司"), "name")
    assert refusal(enter(signed_in("qiuzhiyuan"), phone=KNOWN["phone"]), "phone")
    assert enter(signed_in("xiexiaomei"), name="沙溪医院").status_code == 302


def test_what_a_colleague_has_claimed_is_theirs_until_it_is_given_back(signed_in: SignIn):
    company = make("sales.targetcompany", by="xiexiaomei", name="玉山门诊部")
    client = signed_in("qiuzhiyuan")
    assert refusal(enter(client, name="玉山门诊部"), "name")
    release_company(company_id=company.pk, rights=rights("xiexiaomei"), reason="")
    assert enter(client, name="玉山门诊部").status_code == 302


def test_an_import_is_refused_row_by_row(signed_in: SignIn):
    known = make("sales.customer", by="xiexiaomei", **KNOWN)
    heading = ("名称 *", "级别 *", "电话")
    rows = (
        ("沙溪医院", str(known.level), "0512-53800001"),
        ("沧浪医院", str(known.level), KNOWN["phone"]),
        ("沙溪医院有限公司", str(known.level), ""),
    )
    file = SimpleUploadedFile("客户.xlsx", book(heading, *rows).read())
    address = reverse("transfer:import", args=["sales.customer"])
    answer = signed_in("shanlina").post(address, {"file": file, "mode": "good"})
    assert answer.status_code == 302
    run = ImportRun.objects.get()
    assert (run.added, [error[0] for error in run.errors]) == (1, [3, 4])


def test_the_very_same_name_is_told_with_its_owner_too(signed_in: SignIn):
    known = make("sales.customer", by="xiexiaomei", **KNOWN)
    client = signed_in("shanlina")
    answer = enter(client, name=known.name)
    assert "解晓梅" in refusal(answer, "name")
    assert f'href="{url_of(kind_of(known), "page", known.pk)}"' in answer.content.decode()
    file = book(("名称 *", "级别 *"), (known.name, str(known.level)))
    sent = {"file": SimpleUploadedFile("客户.xlsx", file.read()), "mode": "good"}
    client.post(reverse("transfer:import", args=["sales.customer"]), sent)
    ((row, column, text),) = ImportRun.objects.get().errors
    assert (row, column) == (2, "名称")
    assert "解晓梅" in text and known.name in text


def test_what_is_there_already_may_stay_as_it_is(signed_in: SignIn):
    """Old data may agree by right: only what is changed is compared."""
    first, second = make("sales.customer", **KNOWN), make("sales.customer")
    Customer.objects.filter(pk=second.pk).update(
        phone=first.phone, phone_e164=first.phone_e164, name_normal=first.name_normal
    )
    second.refresh_from_db()
    client = signed_in("qiuzhiyuan")
    address = reverse("kinds:edit", args=["sales.customer", second.pk])
    values = typed("sales.customer", name=second.name, phone=second.phone, remarks="已核对")
    data = posted("sales.customer", values)
    data["version"] = str(second.version)
    assert client.post(address, data).status_code == 302
    data["tax_id"] = first.tax_id
    data["version"] = str(second.version + 1)
    assert refusal(client.post(address, data), "tax_id")
