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
from apps.core.access.rights import rights_of
from apps.core.attachments import staging
from apps.core.attachments.models import Attachment
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from engine.exceptions import Conflict, InvalidData
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
    own = {n: given.pop(n) for n in list(given) if n.startswith(("file", "keep", "submit"))}
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


def told(answer: Any) -> str:
    return " ".join(problem.text for problem in answer.context["problems"])


def files_of(contract: SalesContract) -> list[tuple[str, str]]:
    found = Attachment.objects.filter(business_key=contract.business_key).order_by("pk")
    return list(found.values_list("category", "name"))


def test_files_are_added_with_the_record(client) -> None:
    form = client.get(url_of(kinds[KEY], "new"))
    assert [name for name, _label, _lines in form.context["file_fields"]] == [
        *("file-contract", "file-quotation", "file-other")
    ]
    assert "文件无法恢复" in form.content.decode()  # shown where what was sent hadn't arrived
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


def test_what_is_no_acceptable_file_is_told_when_rows_are_worked_out(client) -> None:
    worked_out = send(client, page="preview", file_contract=pdf("run.exe", b"MZ"))
    assert "run.exe" in told(worked_out)


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
    assert send(other, by="xiexiaomei", **kept(refused)).status_code == 422
    assert not SalesContract.objects.exists()
    assert Attachment.objects.get() == file  # untouched


def test_what_waits_is_for_one_kind_only(client) -> None:
    form = kept(send(client, name="", file_contract=pdf()))
    (file,) = Attachment.objects.all()
    rights = rights_of(file.added_by_id)
    found = [k for k in kinds if staging.staged(kinds[k], form["files"], rights).exists()]
    assert found == [KEY]


def test_going_back_and_saving_again_tells_that_the_file_is_gone(client) -> None:
    form = kept(send(client, name="", file_contract=pdf()))
    assert send(client, **form).status_code == 302
    again = send(client, name="第二份", **form)
    assert again.status_code == 422
    assert "重新添加" in told(again)
    assert "第二份" in again.content.decode()
    assert SalesContract.objects.count() == 1
    assert kept(again)["keep_file"] == []  # the next save isn't kept from it
    assert send(client, name="第二份", **{**kept(again), "file_contract": pdf()}).status_code == 302
    second, first = SalesContract.objects.order_by("-pk")
    assert files_of(first) == files_of(second) == [("contract", "合同.pdf")]


def test_a_form_that_was_open_for_too_long_tells_that_the_file_is_gone(client) -> None:
    form = kept(send(client, name="", file_contract=pdf()))
    staging.forget_staged(timezone.now() + timedelta(days=3))
    assert send(client, **form).status_code == 422
    assert not SalesContract.objects.exists()


def test_the_record_has_its_files_when_it_is_submitted(client, monkeypatch) -> None:
    seen = []

    def submitted(*, kind: Any, pk: int, rights: Any) -> None:
        seen.append(files_of(SalesContract.objects.get(pk=pk)))
        raise InvalidData("Not yet.", errors={"": ["Not yet."]})

    monkeypatch.setattr("apps.core.kinds.services.submit_document", submitted)
    refused = send(client, file_contract=pdf(), submit="1")
    assert seen == [[("contract", "合同.pdf")]]
    assert refused.status_code == 422
    assert not SalesContract.objects.exists()
    assert len(kept(refused)["keep_file"]) == 1  # it waits again


def test_no_more_than_some_files_wait_for_one_person(client, monkeypatch) -> None:
    monkeypatch.setattr(staging, "MOST_FILES", 2)
    refused = send(client, name="", file_other=[pdf("a.pdf"), pdf("b.pdf"), pdf("c.pdf")])
    assert refused.status_code == 422
    assert "等待" in told(refused)
    assert Attachment.objects.count() == 2
    assert send(client, **kept(refused)).status_code == 302
    monkeypatch.setattr(staging, "MOST_BYTES", len(PDF))  # what is saved doesn't count
    refused = send(client, name="", file_other=[pdf("a.pdf"), pdf("b.pdf")])
    assert len(kept(refused)["keep_file"]) == 1


def test_what_was_typed_stays_where_others_are_adding_files(client, monkeypatch) -> None:
    def busy(*args: Any) -> None:
        raise Conflict("Others are working on this.", by=None, at=None)

    monkeypatch.setattr("apps.core.attachments.keeping.execute", busy)
    refused = send(client, name="新合同", file_contract=pdf())
    assert refused.status_code == 422
    assert "Others are working on this." in told(refused)
    assert "新合同" in refused.content.decode()


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
