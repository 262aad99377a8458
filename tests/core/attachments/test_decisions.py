"""Files that come with a decision, over HTTP: kept with the step or not at all, shown in the trail
to whoever takes part in the case."""

from __future__ import annotations

import hashlib
import json

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.contracts.models import SalesContract
from apps.core.attachments.models import Attachment
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import submit_document
from apps.core.task_form import TaskForm
from engine import instances
from engine.instances import Result
from engine.models import Decision, HumanTask, TaskState, TrailEntry, TrailEvent
from engine.trail import verify_instances
from tests.casework import deploy, deploy_drawn
from tests.contracts.factories import line, make_contract, make_product, rights
from tests.core.attachments.conftest import PDF, PNG
from tests.core.conftest import task_of
from tests.engine.bpmn.diagrams import chain, end, line_of, process, service, start, user

pytestmark = pytest.mark.django_db
HEAD, INITIATOR, STRANGER = "shanlina", "qiuzhiyuan", "xiexiaomei"


def upload(name: str = "报价.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def said(task: HumanTask) -> list[dict]:
    """Files of the task's decision, as the trail has them."""
    entry = TrailEntry.objects.get(instance=task.instance_id, event=TrailEvent.TASK_COMPLETED)
    return entry.data.get("files", [])


def untouched(task: HumanTask, on_disk) -> bool:
    """Nothing has happened to the task, and no file is left of the attempt."""
    task.refresh_from_db()
    assert not list(verify_instances())
    return (
        task.state in (TaskState.READY, TaskState.RESERVED)
        and not Decision.objects.exists()
        and not Attachment.objects.exists()
        and on_disk() == set()
    )


def begin(company) -> Result:
    """The drawn process, whose task is 单丽娜's."""
    return instances.start(
        "process",
        business_key="demo:1",
        variables={"me": company[HEAD]},
        starter=company[INITIATOR],
    )


@pytest.fixture
def task(submitted) -> HumanTask:
    """A general request that waits for 单丽娜; no record is behind it."""
    return task_of(submitted(INITIATOR))


# --- over the API ---------------------------------------------------------------------------------
def test_decision_opinion_data_and_files_come_in_one_post(api, task, on_disk) -> None:
    sent = {
        "decision": "approve",
        "opinion": "见附件",
        "data": json.dumps({"note": "无"}),
        "seen_version": task.version,
        "attachments": [upload(), upload("../../现场 “一”.png", PNG)],
    }
    answer = api(HEAD).post_form(f"tasks/{task.pk}/complete/", sent)
    assert answer.status_code == 200, answer.content
    kept = list(Attachment.objects.order_by("pk"))
    assert [(file.name, file.task_id, file.added_by.username) for file in kept] == [
        ("报价.pdf", task.pk, HEAD),
        ("现场 “一”.png", task.pk, HEAD),
    ]
    assert on_disk() == {file.file.name for file in kept}
    assert said(task) == [
        {
            "id": file.pk,
            "name": file.name,
            "type": file.content_type,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for file, content in zip(kept, (PDF, PNG), strict=True)
    ]
    assert not list(verify_instances())
    trail = api(INITIATOR).get(f"instances/{task.instance_id}/trail/").json()["results"]
    assert next(row["files"] for row in trail if row["files"]) == said(task)


def test_who_takes_part_in_the_case_opens_them_and_nobody_else(api, task) -> None:
    sent = {"decision": "approve", "attachments": upload()}
    assert api(HEAD).post_form(f"tasks/{task.pk}/complete/", sent).status_code == 200
    pk = Attachment.objects.get().pk
    for name in (INITIATOR, HEAD, "zengguoqiang"):  # the next approver too
        content = api(name).client.get(f"/attachments/{pk}/")
        assert b"".join(content.streaming_content) == PDF
        assert content["Content-Type"] == "application/pdf"
        found = api(name).get(f"attachments/{pk}/").json()
        assert (found["task"], found["downloadable"]) == (task.pk, True)
    stranger = api(STRANGER)
    for address in (f"/attachments/{pk}/", f"/api/v1/attachments/{pk}/content/"):
        assert stranger.get(address).status_code == 404
    assert stranger.get(f"attachments/{pk}/").status_code == 404


def test_they_stay(api, task) -> None:
    sent = {"decision": "approve", "attachments": upload()}
    head = api(HEAD)
    head.post_form(f"tasks/{task.pk}/complete/", sent)
    kept = Attachment.objects.get()
    refused = head.client.delete(f"/api/v1/attachments/{kept.pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert head.client.post(f"/attachments/{kept.pk}/remove/").status_code == 409
    assert Attachment.objects.get() == kept


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("报价.pdf", b"<html><script>alert(1)</script></html>"),
        ("报价.html", b"<html></html>"),
        ("报价.txt", b""),
        ("报价.pdf", PDF + b" " * 400),
    ],
    ids=["not what it says", "not on the list", "empty", "too large"],
)
def test_a_refused_file_keeps_the_task_open_and_is_named(
    api, task, on_disk, settings, name, content
) -> None:
    settings.ATTACHMENT_LARGEST = 300
    sent = {"decision": "approve", "attachments": [upload("好.pdf"), upload(name, content)]}
    refused = api(HEAD).post_form(f"tasks/{task.pk}/complete/", sent)
    assert refused.status_code == 422
    (message,) = refused.json()["errors"]["attachments"]
    assert name in message
    assert name in refused.json()["detail"]
    assert untouched(task, on_disk)


def test_where_there_is_no_room_nothing_is_decided(api, task, on_disk, settings) -> None:
    settings.ATTACHMENT_QUOTA = len(PDF) * 2 - 1  # for one of both
    sent = {"decision": "approve", "attachments": [upload(), upload("b.pdf")]}
    refused = api(HEAD).post_form(f"tasks/{task.pk}/complete/", sent)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["attachments"])
    assert untouched(task, on_disk)


def test_a_step_that_fails_takes_its_files_along(api, task, on_disk, monkeypatch) -> None:
    def fail(store) -> None:
        assert Attachment.objects.exists()  # written by now
        raise RuntimeError("disk")

    monkeypatch.setattr("engine.store.Store.save", fail)
    head = api(HEAD)
    head.client.raise_request_exception = False
    sent = {"decision": "approve", "attachments": upload()}
    assert head.post_form(f"tasks/{task.pk}/complete/", sent).status_code == 500
    monkeypatch.undo()
    assert untouched(task, on_disk)


def test_what_follows_fails_and_nothing_is_kept(api, company, registered, on_disk) -> None:
    def fail(context) -> None:
        raise RuntimeError("没有库存")

    registered.operation("demo.fail", fail)
    registered.form("demo.form")
    content = user(candidateGroups=None, assignee="me", decisions="done")
    content = start() + content + service("effect", "demo.fail") + end()
    deploy_drawn(process(content + chain("start", "task", "effect", "end")))
    task = task_of(begin(company))
    sent = {"decision": "done", "attachments": upload()}
    refused = api(HEAD).post_form(f"tasks/{task.pk}/complete/", sent)
    assert (refused.status_code, refused.json()["code"]) == (422, "operation_failed")
    assert untouched(task, on_disk)
    assert TrailEntry.objects.filter(event=TrailEvent.TASK_FAILED).exists()


def test_a_file_that_nothing_asks_for_is_refused(api, task, on_disk) -> None:
    sent = {"decision": "approve", "contract": upload()}
    refused = api(HEAD).post_form(f"tasks/{task.pk}/complete/", sent)
    assert refused.status_code == 422
    assert "报价.pdf" in refused.json()["errors"]["contract"][0]
    assert untouched(task, on_disk)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"data": "{"}, "data"),
        ({"data": "[1]"}, "data"),
        ({"data": "NaN"}, "data"),
        ({"data": '{"a": ' + "[" * 500 + "]" * 500 + "}"}, "data"),
        ({"data": upload()}, "data"),
        ({"attachments": "报价.pdf"}, "attachments"),
        ({"opinion": upload()}, "opinion"),
    ],
)
def test_parts_that_are_not_what_they_should_be_are_refused(
    api, task, on_disk, data, field
) -> None:
    refused = api(HEAD).post_form(f"tasks/{task.pk}/complete/", {"decision": "approve", **data})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])
    assert untouched(task, on_disk)


def test_a_form_without_files_is_a_decision_as_well(api, task) -> None:
    answer = api(HEAD).post_form(f"tasks/{task.pk}/complete/", {"decision": "approve", "data": ""})
    assert answer.status_code == 200
    assert "files" not in TrailEntry.objects.get(event=TrailEvent.TASK_COMPLETED).data


# --- a file that the form asks for ----------------------------------------------------------------
class SurveyForm(TaskForm):
    """A report, and pictures where there are some."""

    report = forms.FileField(label="报告")
    floor = forms.IntegerField(label="楼层")


@pytest.fixture
def survey(company, registered) -> HumanTask:
    """A task of 单丽娜 whose form asks for a file."""
    registered.form("demo.survey", SurveyForm)
    form = {"formKey": "demo.survey", "variables": "report,floor", "decisions": "done"}
    deploy_drawn(line_of(user(candidateGroups=None, assignee="me", **form)))
    return task_of(begin(company))


def test_the_form_gets_its_file_and_the_process_knows_which_it_is(api, survey) -> None:
    head = api(HEAD)
    (report, _floor) = head.get(f"tasks/{survey.pk}/").json()["form"]
    assert (report["name"], report["type"], report["required"]) == ("report", "file", True)
    sent = {"decision": "done", "data": '{"floor": 3}', "report": upload("勘察.pdf")}
    sent["attachments"] = upload("现场.png", PNG)
    answer = head.post_form(f"tasks/{survey.pk}/complete/", sent)
    assert answer.status_code == 200, answer.content
    report = Attachment.objects.get(name="勘察.pdf")
    both = said(survey)
    assert sorted(file["name"] for file in both) == ["勘察.pdf", "现场.png"]
    (described,) = (file for file in both if file["id"] == report.pk)
    decision = Decision.objects.get(task=survey)
    assert decision.data == {"report": described, "floor": 3}
    values = survey.instance.values.order_by("name").values_list("name", "value")
    assert dict(values)["report"] == described
    content = api(INITIATOR).get(f"attachments/{report.pk}/content/")
    assert b"".join(content.streaming_content) == PDF


def test_the_form_says_what_it_misses_and_nothing_is_kept(api, survey, on_disk) -> None:
    address = f"tasks/{survey.pk}/complete/"
    missing = api(HEAD).post_form(address, {"decision": "done", "data": '{"floor": 3}'})
    assert (missing.status_code, list(missing.json()["errors"])) == (422, ["report"])
    twice = {"decision": "done", "data": '{"floor": 3}', "report": [upload(), upload("b.pdf")]}
    assert api(HEAD).post_form(address, twice).status_code == 422  # it takes one
    wrong = {"decision": "done", "data": '{"floor": 3}', "report": upload("a.pdf", PNG)}
    refused = api(HEAD).post_form(address, wrong).json()
    assert "a.pdf" in refused["errors"]["report"][0]
    assert untouched(survey, on_disk)


# --- in the approval center -----------------------------------------------------------------------
def test_the_approval_center_takes_files_and_the_trail_shows_them(signed_in, task) -> None:
    head = signed_in(HEAD)
    page = head.get(f"/approvals/{task.pk}/").content.decode()
    assert 'type="file" name="attachments" multiple' in page
    sent = {"decision": "approve", "opinion": "见附件", "attachments": [upload(), upload("b.pdf")]}
    assert head.post(f"/approvals/{task.pk}/complete", sent).status_code == 302
    kept = Attachment.objects.get(name="报价.pdf")
    reader = signed_in(INITIATOR)
    for address in (f"/instances/{task.instance_id}/", f"/approvals/{task.pk}/?tab=trail"):
        shown = reader.get(address).content.decode()
        assert f'href="/attachments/{kept.pk}/">报价.pdf</a>' in shown
        assert f"{len(PDF)}" in shown  # its size


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_error_beside_a_file_names_what_to_choose_again(
    signed_in, task, on_disk, language
) -> None:
    head = signed_in(HEAD)
    head.cookies["django_language"] = language
    sent = {"decision": "reject", "attachments": [upload(), upload("b.html", b"<html>")]}
    for field in ("b.html", ""):
        answer = head.post(f"/approvals/{task.pk}/complete", sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "报价.pdf" in page  # to be chosen again
        assert field in page
        sent["attachments"] = upload()
    assert 'id="opinion-error"' in page  # only now: why it is rejected
    assert untouched(task, on_disk)


def test_the_form_in_the_approval_center_asks_for_its_file(signed_in, survey, on_disk) -> None:
    head = signed_in(HEAD)
    page = head.get(f"/approvals/{survey.pk}/").content.decode()
    assert 'type="file" name="report"' in page
    address = f"/approvals/{survey.pk}/complete"
    wrong = head.post(address, {"decision": "done", "floor": "3", "report": upload("a.pdf", PNG)})
    assert wrong.status_code == 422
    assert "a.pdf" in str(wrong.context["form"].errors["report"])
    assert untouched(survey, on_disk)
    also = head.post(address, {"decision": "done", "floor": "x", "report": upload()})
    assert list(also.context["form"].errors) == ["floor"]
    sent = {"decision": "done", "floor": "3", "report": upload()}
    assert head.post(address, sent).status_code == 302
    assert Attachment.objects.get().task_id == survey.pk


# --- about a document -----------------------------------------------------------------------------
def test_whoever_sees_the_document_opens_them_once_it_is_approved(company, signed_in) -> None:
    deploy("contract_approval")
    deal = make_contract(line(make_product("PM-1", 100), 1))
    submit_document(kind=kinds["contracts.salescontract"], pk=deal.pk, rights=rights(INITIATOR))
    task = HumanTask.objects.get(instance__business_key=deal.business_key)
    sent = {"decision": "return", "opinion": "改价", "attachments": upload()}
    assert signed_in(HEAD).post(f"/approvals/{task.pk}/complete", sent).status_code == 302
    kept = Attachment.objects.get()
    reader = signed_in("zhoumin")
    address = f"/contracts/sales-contracts/{deal.pk}/"
    trail = reader.get(address, {"tab": "trail"}).content.decode()
    assert "报价.pdf" in trail
    assert f"/attachments/{kept.pk}/" not in trail
    assert reader.get(f"/attachments/{kept.pk}/").status_code == 403
    assert "报价.pdf" not in reader.get(address, {"tab": "attachments"}).content.decode()
    SalesContract.objects.filter(pk=deal.pk).update(state=ApprovalState.APPROVED)
    trail = reader.get(address, {"tab": "trail"}).content.decode()
    assert f"/attachments/{kept.pk}/" in trail
    assert b"".join(reader.get(f"/attachments/{kept.pk}/").streaming_content) == PDF
    assert "报价.pdf" in reader.get(f"{address}print/").content.decode()


# --- with other opinions --------------------------------------------------------------------------
def answered(task: HumanTask, event: TrailEvent) -> list[str]:
    """Names of the files that came with the only entry of that kind."""
    assert not list(verify_instances())
    entry = TrailEntry.objects.get(instance=task.instance_id, event=event)
    kept = Attachment.objects.filter(task_id=task.pk)
    assert {file["id"] for file in entry.data["files"]} == set(kept.values_list("pk", flat=True))
    return [file["name"] for file in entry.data["files"]]


@pytest.fixture
def delegated(company, api, survey) -> HumanTask:
    """解晓梅 looks into it for 单丽娜."""
    body = {"to": company[STRANGER], "reason": "请看"}
    assert api(HEAD).post(f"tasks/{survey.pk}/delegate/", body).status_code == 204
    return survey


def test_the_answer_to_a_delegated_task_takes_files(api, delegated, on_disk) -> None:
    address, helper = f"tasks/{delegated.pk}/resolve/", api(STRANGER)
    for field, file in (("attachments", upload("a.pdf", PNG)), ("report", upload())):
        refused = helper.post_form(address, {"opinion": "见附件", field: file})
        assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])
    assert untouched(delegated, on_disk)
    sent = {"opinion": "见附件", "attachments": [upload(), upload("现场.png", PNG)]}
    assert helper.post_form(address, sent).status_code == 204
    assert answered(delegated, TrailEvent.TASK_RESOLVED) == ["报价.pdf", "现场.png"]
    file = Attachment.objects.get(name="报价.pdf")
    assert api(HEAD).get(f"attachments/{file.pk}/content/").status_code == 200
    shown = helper.client.get(f"/instances/{delegated.instance_id}/").content.decode()
    assert f'href="/attachments/{file.pk}/">报价.pdf</a>' in shown


def test_the_dialog_of_the_answer_takes_files(signed_in, delegated, on_disk) -> None:
    helper, address = signed_in(STRANGER), f"/approvals/{delegated.pk}/resolve"
    asked = helper.get(address).content.decode()
    assert 'enctype="multipart/form-data"' in asked
    assert "hx-post" not in asked.partition("<form method")[2].partition(">")[0]  # a page by itself
    dialog = helper.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-encoding="multipart/form-data"' in dialog
    wrong = helper.post(address, {"resolve-attachments": upload("a.pdf", PNG)})
    assert wrong.status_code == 422
    assert "a.pdf" in wrong.content.decode()
    assert untouched(delegated, on_disk)
    sent = {"resolve-opinion": "见附件", "resolve-attachments": [upload(), upload("b.pdf")]}
    assert helper.post(address, sent).status_code == 302
    assert answered(delegated, TrailEvent.TASK_RESOLVED) == ["报价.pdf", "b.pdf"]


def test_sending_back_to_an_earlier_step_takes_files(company, api, registered) -> None:
    registered.form("demo.form", TaskForm)
    mine = {"candidateGroups": None, "assignee": "me", "decisions": "done"}
    steps = user("first", **mine) + user("second", **mine)
    deploy_drawn(process(start() + steps + end() + chain("start", "first", "second", "end")))
    head, task = api(HEAD), task_of(begin(company))
    opened = head.post(f"tasks/{task.pk}/complete/", {"decision": "done"}).json()["opened"]
    address = f"tasks/{opened[0]}"
    (step,) = head.get(f"{address}/").json()["earlier_steps"]
    sent = {"to": step["task_id"], "opinion": "重做", "attachments": upload()}
    assert head.post_form(f"{address}/send-back/", sent).status_code == 200
    second = HumanTask.objects.get(pk=opened[0])
    assert answered(second, TrailEvent.SENT_BACK) == ["报价.pdf"]
    assert second.state == TaskState.CANCELLED
