"""Files of records: who may add, download and remove them, and what may be a file at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.attachments import keeping, reading, services, sweeping
from apps.core.attachments.models import Attachment
from apps.core.kinds.models import ApprovalState
from engine.exceptions import InvalidData, NotAllowed, NotFound, WrongState
from tests.contracts.factories import line, make_contract, make_customer, make_product, rights
from tests.core.attachments.conftest import PDF

pytestmark = pytest.mark.django_db


def add(
    record, username: str = "qiuzhiyuan", name: str = "合同.pdf", content: bytes = PDF, **given
):
    return services.add_attachment(
        business_key=record.business_key,
        category="other",
        name=name,
        content=io.BytesIO(content),
        rights=rights(username),
    )


@pytest.fixture
def deal(company) -> SalesContract:
    return make_contract(line(make_product()))


def move(deal: SalesContract, state: ApprovalState) -> None:
    SalesContract.objects.filter(pk=deal.pk).update(state=state)


# --- adding and removing --------------------------------------------------------------------------
def test_a_file_lies_under_a_random_name_outside_of_what_is_served(deal, settings) -> None:
    attachment = add(deal, name="合同.pdf")
    assert "合同" not in attachment.file.name
    assert "pdf" not in attachment.file.name
    assert Path(attachment.file.path).is_relative_to(Path(settings.MEDIA_ROOT) / "t_one")
    assert Path(attachment.file.path).read_bytes() == PDF


def test_without_the_right_nothing_is_added_or_removed(deal) -> None:
    kept = add(deal)
    RoleGrant.objects.filter(kind="contracts.salescontract", action="attach").delete()
    with pytest.raises(NotAllowed):
        add(deal, name="b.pdf")
    with pytest.raises(NotAllowed):
        services.remove_attachment(pk=kept.pk, rights=rights("qiuzhiyuan"))
    assert list(Attachment.objects.all()) == [kept]


def test_what_somebody_may_not_see_is_not_there(deal) -> None:
    kept = add(deal)
    stranger = rights("xiexiaomei")
    with pytest.raises(NotFound):
        add(deal, username="xiexiaomei")
    with pytest.raises(NotFound):
        services.open_attachment(pk=kept.pk, rights=stranger)


@pytest.mark.parametrize("state", [ApprovalState.SUBMITTED, ApprovalState.APPROVED])
def test_files_of_a_document_that_may_not_be_changed_stay_as_they_are(deal, state) -> None:
    kept = add(deal)
    move(deal, state)
    with pytest.raises(WrongState):
        add(deal, name="b.pdf")
    with pytest.raises(WrongState):
        services.remove_attachment(pk=kept.pk, rights=rights("qiuzhiyuan"))
    assert Path(kept.file.path).exists()


def test_an_unapproved_file_is_only_for_those_who_work_on_it(deal) -> None:
    kept = add(deal)
    head = rights("shanlina")
    assert reading.find_record(deal.business_key, head)  # sees the contract
    with pytest.raises(NotAllowed):
        services.open_attachment(pk=kept.pk, rights=head)
    services.open_attachment(pk=kept.pk, rights=rights("qiuzhiyuan"))[1].close()
    move(deal, ApprovalState.APPROVED)
    services.open_attachment(pk=kept.pk, rights=head)[1].close()


def test_a_record_without_approval_shows_its_files_to_all_who_see_it(company) -> None:
    kept = add(make_customer())
    services.open_attachment(pk=kept.pk, rights=rights("shanlina"))[1].close()


# --- files and rows -------------------------------------------------------------------------------
def test_a_row_that_fails_leaves_no_file(deal, on_disk, monkeypatch) -> None:
    before = on_disk()

    def fail(*_args, **_options):
        raise RuntimeError

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(RuntimeError):
        add(deal)
    assert on_disk() == before


def test_a_file_goes_after_its_row_has_gone(
    deal, on_disk, django_capture_on_commit_callbacks
) -> None:
    kept = add(deal)
    with django_capture_on_commit_callbacks() as after:
        services.remove_attachment(pk=kept.pk, rights=rights("qiuzhiyuan"))
    assert kept.file.name in on_disk()  # until it is committed
    for callback in after:
        callback()
    assert kept.file.name not in on_disk()


def test_the_sweeper_deletes_old_files_without_a_row_and_reports_rows_without_a_file(
    deal, on_disk
) -> None:
    kept, lost = add(deal), add(deal, name="b.pdf")
    default_storage.delete(lost.file.name)
    orphan = default_storage.save("attachments/ff/" + "f" * 32, io.BytesIO(b"left over"))
    assert sweeping.sweep() == (0, 1)  # it may belong to a transaction under way
    later = default_storage.get_modified_time(orphan) + sweeping.YOUNG * 2
    assert sweeping.sweep(later) == (1, 1)
    assert orphan not in on_disk()
    assert kept.file.name in on_disk()


def test_the_quota_of_the_account_set_holds(deal, settings, in_set) -> None:
    settings.ATTACHMENT_QUOTA = len(PDF) + 10
    add(deal)
    with pytest.raises(InvalidData, match=r"account set|账套"):
        add(deal, name="b.pdf")
    with in_set("t_two"):
        assert keeping.used_bytes() == 0


def test_a_file_has_a_largest_size(deal, settings) -> None:
    settings.ATTACHMENT_LARGEST = 20
    with pytest.raises(InvalidData):
        add(deal)
    with pytest.raises(InvalidData):
        add(deal, content=b"", name="leer.txt")


# --- over HTTP ------------------------------------------------------------------------------------
def test_upload_download_and_removal_by_the_pages(deal, signed_in) -> None:
    client = signed_in("qiuzhiyuan")
    upload = SimpleUploadedFile("../../etc/扫描 “件”.pdf", PDF, content_type="text/html")
    address = f"/attachments/of/{deal.business_key}/"
    assert client.post(address, {"category": "other", "file": upload}).status_code == 302
    kept = Attachment.objects.get()
    assert (kept.name, kept.content_type) == ("扫描 “件”.pdf", "application/pdf")
    page = client.get(f"/contracts/sales-contracts/{deal.pk}/", {"tab": "attachments"})
    assert f"/attachments/{kept.pk}/" in page.content.decode()
    answer = client.get(f"/attachments/{kept.pk}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in("xiexiaomei").get(f"/attachments/{kept.pk}/").status_code == 404
    assert client.post(f"/attachments/{kept.pk}/remove/").status_code == 302
    assert not Attachment.objects.exists()


def test_a_request_that_is_too_large_is_not_read(deal, signed_in, settings) -> None:
    settings.UPLOAD_LARGEST = 1000
    upload = SimpleUploadedFile("a.pdf", PDF + b" " * 2000)
    answer = signed_in("qiuzhiyuan").post(
        f"/attachments/of/{deal.business_key}/", {"category": "other", "file": upload}
    )
    assert answer.status_code in (400, 413)
    assert not Attachment.objects.exists()


def test_deleting_a_draft_takes_its_files_along(
    deal, on_disk, django_capture_on_commit_callbacks
) -> None:
    from apps.core.kinds.registry import kind_of
    from apps.core.kinds.services import delete_record

    kept = add(deal)
    RoleGrant.objects.get_or_create(
        role="everyone", kind="contracts.salescontract", action="delete"
    )
    with django_capture_on_commit_callbacks(execute=True):
        delete_record(kind=kind_of(deal), pk=deal.pk, rights=rights("qiuzhiyuan"))
    assert not Attachment.objects.exists()
    assert kept.file.name not in on_disk()


def test_the_list_of_files_costs_no_query_a_file(deal, django_assert_max_num_queries) -> None:
    for number in range(5):
        add(deal, name=f"{number}.pdf")
    from apps.core.kinds.registry import kind_of

    reader = rights("qiuzhiyuan")
    with django_assert_max_num_queries(3, connection=connection):
        shown = reading.files_of(kind_of(deal), deal, reader)
    assert shown.total == 5


def test_files_go_and_come_by_the_api(deal, signed_in) -> None:
    client = signed_in("qiuzhiyuan")
    upload = SimpleUploadedFile("合同.pdf", PDF)
    body = {"of": deal.business_key, "category": "other", "file": upload}
    added = client.post("/api/v1/attachments/", body)
    assert added.status_code == 201, added.content
    pk = added.json()["id"]
    (listed,) = client.get("/api/v1/attachments/", {"of": deal.business_key}).json()
    assert (listed["id"], listed["content_type"], listed["downloadable"]) == (
        pk,
        "application/pdf",
        True,
    )
    content = client.get(f"/api/v1/attachments/{pk}/content/")
    assert b"".join(content.streaming_content) == PDF
    assert content["Content-Disposition"].startswith("attachment;")
    stranger = signed_in("xiexiaomei")
    for answer in (
        stranger.get("/api/v1/attachments/", {"of": deal.business_key}),
        stranger.get(f"/api/v1/attachments/{pk}/"),
        stranger.get(f"/api/v1/attachments/{pk}/content/"),
        stranger.delete(f"/api/v1/attachments/{pk}/"),
    ):
        assert answer.status_code == 404
    page = SimpleUploadedFile("a.pdf", b"<html>")
    refused = client.post("/api/v1/attachments/", {**body, "file": page})
    assert (refused.status_code, "file" in refused.json()["errors"]) == (422, True)
    assert client.delete(f"/api/v1/attachments/{pk}/").status_code == 204
    assert not Attachment.objects.exists()


def test_the_signed_copy_may_come_after_the_approval(deal) -> None:
    move(deal, ApprovalState.APPROVED)
    signed = services.add_attachment(
        business_key=deal.business_key,
        category="contract",
        name="盖章件.pdf",
        content=io.BytesIO(PDF),
        rights=rights("qiuzhiyuan"),
    )
    services.open_attachment(pk=signed.pk, rights=rights("shanlina"))[1].close()
    move(deal, ApprovalState.SUBMITTED)
    with pytest.raises(WrongState):
        services.add_attachment(
            business_key=deal.business_key,
            category="contract",
            name="b.pdf",
            content=io.BytesIO(PDF),
            rights=rights("qiuzhiyuan"),
        )
