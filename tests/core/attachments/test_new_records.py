"""Files that are added while a record is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.attachments import staging
from apps.core.attachments.models import Attachment
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from tests.core.attachments.conftest import PDF
from tests.kinds.factories import posted, typed

KEY = "contracts.salescontract"
SELLER = "qiuzhiyuan"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


@pytest.fixture
def client(signed_in) -> Any:
    return signed_in(SELLER)


def send(client: Any, *, page: str = "new", by: str = SELLER, **given: Any) -> Any:
    """The form as a browser sends it; `files`, `keep` and files beside what is typed."""
    own = {name: given.pop(name) for name in list(given) if name.startswith(("file", "keep"))}
    values = dict(posted(KEY, typed(KEY, by, **given)).lists())
    sent = {name.replace("_", "-"): value for name, value in own.items()}
    return client.post(url_of(kinds[KEY], page), {**values, **sent})


def pdf(name: str = "合同.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def kept(answer: Any) -> dict[str, Any]:
    """What the form that came back sends again."""
    waiting = [line for _name, _label, lines in answer.context["file_fields"] for line in lines]
    ticked = [file.pk for file, wanted in waiting if wanted]
    return {"files": answer.context["files_token"], "keep_file": ticked}


def files_of(contract: SalesContract) -> list[tuple[str, str]]:
    found = Attachment.objects.filter(business_key=contract.business_key).order_by("pk")
    return list(found.values_list("category", "name"))


def test_files_are_added_with_the_record(client) -> None:
    form = client.get(url_of(kinds[KEY], "new"))
    assert [name for name, _label, _lines in form.context["file_fields"]] == [
        *("file-contract", "file-quotation", "file-other")
    ]
    assert send(client, file_contract=pdf(), file_other=[pdf("a.pdf"), pdf("b.pdf")]).status_code
    contract = SalesContract.objects.get()
    assert files_of(contract) == [
        *(("contract", "合同.pdf"), ("other", "a.pdf"), ("other", "b.pdf"))
    ]


def test_files_stay_over_a_refused_save(client, signed_in) -> None:
    refused = send(client, name="", file_contract=pdf(), file_quotation=pdf("报价.pdf"))
    assert refused.status_code == 422
    assert not SalesContract.objects.exists()
    assert "报价.pdf" in refused.content.decode()
    unticked = kept(refused)
    unticked["keep_file"] = unticked["keep_file"][:1]
    again = send(client, name="", **unticked)
    assert len(kept(again)["keep_file"]) == 1  # the other one stands there still, not ticked
    assert send(client, **kept(again)).status_code == 302
    assert files_of(SalesContract.objects.get()) == [("contract", "合同.pdf")]
    assert Attachment.objects.count() == 1


def test_files_stay_when_rows_are_worked_out_without_javascript(client) -> None:
    worked_out = send(client, page="preview", file_contract=pdf())
    assert worked_out.status_code == 200
    assert len(kept(worked_out)["keep_file"]) == 1


def test_what_is_no_acceptable_file_keeps_the_record_from_being_saved(client) -> None:
    refused = send(client, file_contract=pdf("run.exe", b"MZ"), file_quotation=pdf())
    assert refused.status_code == 422
    assert not SalesContract.objects.exists()
    assert len(kept(refused)["keep_file"]) == 1
    assert send(client, **kept(refused)).status_code == 302


def test_what_waits_is_nobody_elses(client, signed_in) -> None:
    refused = send(client, name="", file_contract=pdf())
    (file,) = Attachment.objects.all()
    assert client.get(reverse("attachments:download", args=[file.pk])).status_code == 404
    other = signed_in("xiexiaomei")
    assert send(other, by="xiexiaomei", **kept(refused)).status_code == 302
    assert files_of(SalesContract.objects.get()) == []


def test_without_the_right_the_form_takes_no_files(client) -> None:
    RoleGrant.objects.filter(kind=KEY, action="attach").delete()
    assert "file_fields" not in client.get(url_of(kinds[KEY], "new")).context
    assert send(client, file_contract=pdf()).status_code == 302
    assert not Attachment.objects.exists()


def test_what_is_never_saved_is_forgotten(client) -> None:
    send(client, name="", file_contract=pdf())
    assert staging.forget_staged() == 0
    assert staging.forget_staged(timezone.now() + timedelta(days=3)) == 1
    assert not Attachment.objects.exists()
