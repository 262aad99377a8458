"""Files attached to an opinion, as people see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django import forms
from playwright.sync_api import FilePayload, Page, expect

from apps.core.attachments.models import Attachment
from apps.core.requests.services import submit_request
from apps.core.task_form import TaskForm
from engine import definitions, instances
from engine.models import Deployment, HumanTask, TaskState
from tests.browser.conftest import DESKTOP, PHONE, Person
from tests.browser.test_approvals import Keep
from tests.casework import Registered, registered
from tests.engine.bpmn.diagrams import line_of, user

__all__ = ["registered"]

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n" + b" " * 150_000
QUOTE = FilePayload(name="三家供应商报价对比表.pdf", mimeType="application/pdf", buffer=PDF)
NOTE = FilePayload(name="说明.txt", mimeType="text/plain", buffer="按原价".encode())
PAGE = FilePayload(name="页面.pdf", mimeType="application/pdf", buffer=b"<html>")
SIZES = {"1440": DESKTOP, "390": PHONE}


@pytest.fixture
def asked(company: dict[str, int]) -> list[int]:
    """Two requests that wait for 单丽娜."""
    results = [
        submit_request(user=company["qiuzhiyuan"], subject=subject, amount=150_000)  # type: ignore[arg-type]
        for subject in ("采购三台超声设备", "采购会议系统")
    ]
    return [result.opened[0] for result in results]


def attach(page: Page, *files: FilePayload) -> None:
    page.locator("[name=attachments]").set_input_files(files)


@pytest.mark.parametrize(("size", "language"), [("1440", "zh-hans"), ("390", "en")])
def test_files_go_with_the_opinion_and_stay_chosen_until_it_is_sent(
    person: Person, asked: list[int], picture: Keep, size: str, language: str
) -> None:
    head = person("shanlina", SIZES[size], language)
    head.goto(f"/approvals/{asked[0]}/")
    chosen = head.locator("#chosen-files li")
    attach(head, QUOTE)
    attach(head, NOTE, PAGE)  # choosing again adds
    expect(chosen).to_have_count(3)
    expect(chosen.first).to_contain_text("147 KB")
    picture(head, "1-chosen")
    assert head.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]

    head.locator("button[value=approve]:not(.ld-chosen)").click()  # one isn't what it says
    expect(head.get_by_role("alert")).to_contain_text("页面.pdf")
    expect(chosen).to_have_count(3)
    picture(head, "2-refused")
    chosen.filter(has_text="页面.pdf").get_by_role("button").click()
    expect(chosen).to_have_count(2)
    head.locator("button[value=reject]:not(.ld-chosen)").click()  # an opinion is missing
    expect(head.locator("#opinion-error")).to_be_visible()
    expect(chosen).to_have_count(2)
    assert not Attachment.objects.exists()

    head.locator("#document a[href*='tab=trail']").click()
    expect(head.locator("#trail")).to_be_visible()
    expect(chosen).to_have_count(2)
    head.locator("[name=opinion]").fill("价格见对比表")
    head.locator("button[value=approve]:not(.ld-chosen)").click()
    expect(head.locator(".toast").first).to_contain_text("曾国强")
    expect(head.locator("#chosen-files li")).to_have_count(0)
    assert HumanTask.objects.get(pk=asked[0]).state == TaskState.COMPLETED

    initiator = person("qiuzhiyuan", SIZES[size], language)
    initiator.goto(f"/instances/{HumanTask.objects.get(pk=asked[0]).instance_id}/")
    link = initiator.locator("#trail").get_by_role("link", name="三家供应商报价对比表.pdf")
    expect(initiator.locator("#trail")).to_contain_text("说明.txt")
    picture(initiator, "3-trail")
    with initiator.expect_download() as waiting:
        link.click()
    assert waiting.value.suggested_filename == "三家供应商报价对比表.pdf"
    assert Path(waiting.value.path()).read_bytes() == PDF


def test_files_chosen_for_one_task_are_not_sent_with_another(
    person: Person, asked: list[int]
) -> None:
    head = person("shanlina")
    head.goto(f"/approvals/{asked[0]}/")
    attach(head, QUOTE)
    head.locator(".ld-item", has_text="采购会议系统").get_by_role("link").click()
    expect(head.locator("#doc-title")).to_contain_text("采购会议系统")
    expect(head.locator("#chosen-files li")).to_have_count(0)
    head.locator(".ld-item", has_text="采购三台超声设备").get_by_role("link").click()
    expect(head.locator("#doc-title")).to_contain_text("采购三台超声设备")
    expect(head.locator("#chosen-files li")).to_have_count(1)
    head.locator("button[value=approve]:not(.ld-chosen)").click()
    expect(head.locator(".toast").first).to_be_visible()
    assert Attachment.objects.get().task_id == asked[0]


class SurveyForm(TaskForm):
    """Asks for a file and a number."""

    report = forms.FileField(label="勘察报告")
    floor = forms.IntegerField(label="楼层")


@pytest.mark.parametrize("size", list(SIZES))
def test_the_file_of_a_form_stays_where_another_field_is_wrong(
    person: Person, company: dict[str, int], registered: Registered, picture: Keep, size: str
) -> None:
    registered.form("demo.survey", SurveyForm)
    asked = {"candidateGroups": None, "assignee": "me", "decisions": "done"}
    drawn = line_of(user(formKey="demo.survey", variables="report,floor", **asked))
    definitions.deploy({"survey.bpmn": drawn.encode()}, source=Deployment.Source.SHIPPED)
    me = company["shanlina"]
    started = instances.start(
        "process", business_key="demo:1", variables={"me": me}, starter=me, card={"subject": "勘察"}
    )
    head = person("shanlina", SIZES[size])
    head.goto(f"/approvals/{started.opened[0]}/")
    head.locator("[name=report]").set_input_files([QUOTE])
    head.locator(".ld-decide").evaluate("form => form.noValidate = true")
    head.locator("button[value=done]").click()
    expect(head.locator(".ld-fields .invalid-feedback")).to_be_visible()
    assert head.locator("[name=report]").evaluate("input => input.files[0].name") == QUOTE["name"]
    picture(head, "1-again")
    assert head.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    head.locator("[name=floor]").fill("3")
    head.locator("button[value=done]").click()
    expect(head.locator(".toast").first).to_be_visible()
    assert Attachment.objects.get().task_id == started.opened[0]


def test_without_javascript_a_file_goes_with_the_opinion(
    person: Person, asked: list[int], picture: Keep
) -> None:
    head = person("shanlina", javascript=False)
    head.goto(f"/approvals/{asked[0]}/")
    attach(head, QUOTE)
    picture(head, "1-chosen")
    head.locator("button[value=reject]:not(.ld-chosen)").click()
    expect(head.locator(".ld-decide")).to_contain_text("三家供应商报价对比表.pdf")
    picture(head, "2-again")
    attach(head, QUOTE)
    head.locator("[name=opinion]").fill("太贵")
    head.locator("button[value=reject]:not(.ld-chosen)").click()
    expect(head.locator(".toast").first).to_be_visible()
    assert Attachment.objects.get().name == "三家供应商报价对比表.pdf"
