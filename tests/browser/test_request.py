"""A general request from its submission to its end, as people see it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Person, Watch

SUBJECT = "采购三台超声设备"
WORDS = {  # language → what a few things are called in it
    "zh-hans": {"step": "审批", "decided": "通过", "ended": "已通过", "state": "已完成"},
    "en": {"step": "Approve", "decided": "Approve", "ended": "Approved", "state": "Completed"},
}


def submit(page: Page, subject: str = SUBJECT, amount: str = "150000", text: str = "急用") -> None:
    page.goto("/requests/new/")
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=text]").fill(text)
    page.locator(".ld-bar button[type=submit]").click()
    page.wait_for_url(re.compile(r"/instances/\d+/"))


@pytest.mark.parametrize("language", list(WORDS))
def test_a_request_passes_two_levels(
    person: Person, picture: Callable[[Page, str], None], language: str
) -> None:
    words = WORDS[language]
    initiator = person("qiuzhiyuan", language=language)
    picture(initiator, "1-empty")
    submit(initiator)
    expect(initiator.locator(".toast")).to_contain_text("单丽娜")
    expect(initiator.locator(".ld-wait")).to_contain_text("单丽娜")
    expect(initiator.locator(".ld-wait")).to_contain_text(words["step"])
    picture(initiator, "2-case")

    head = person("shanlina", PHONE, language)
    picture(head, "3-inbox")
    head.get_by_role("link", name=SUBJECT).click()
    expect(head.locator("main")).to_contain_text("¥150,000.00")
    picture(head, "4-task")
    assert head.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    head.locator("[name=opinion]").fill("同意")
    head.locator("button[name=decision][value=approve]:not(.ld-chosen)").click()
    expect(head.locator(".toast")).to_contain_text("曾国强")
    picture(head, "5-toast")

    manager = person("zengguoqiang", language=language)
    picture(manager, "6-inbox")
    manager.get_by_role("link", name=SUBJECT).click()
    picture(manager, "7-task")
    manager.locator("button[name=decision][value=approve]:not(.ld-chosen)").click()
    expect(manager.locator(".toast")).to_contain_text(words["ended"])

    initiator.reload()
    expect(initiator.locator(".ld-wait")).to_have_count(0)
    expect(initiator.locator(".ld-page-head")).to_contain_text(words["state"])
    trail = initiator.locator(".timeline")
    expect(trail).to_contain_text("同意")
    expect(trail).to_contain_text(re.compile("曾国强.*" + words["decided"], re.DOTALL))
    picture(initiator, "8-ended")
    initiator.goto("/approvals/?view=started")
    picture(initiator, "9-started")


def test_who_comes_second_reads_who_was_first_and_loses_nothing(
    person: Person, picture: Callable[[Page, str], None]
) -> None:
    submit(person("qiuzhiyuan"))
    first, second = person("shanlina"), person("shanlina")
    for page in (first, second):
        page.get_by_role("link", name=SUBJECT).click()
    first.locator("button[value=approve]:not(.ld-chosen)").click()
    expect(first.locator(".toast")).to_be_visible()

    second.locator("[name=opinion]").fill("价格太高，请重新询价")
    second.locator("button[value=return]:not(.ld-chosen)").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text(re.compile(r"单丽娜.*\d\d:\d\d"))
    expect(alert).to_contain_text("价格太高，请重新询价")
    expect(second.locator("button[name=decision]:not(.ld-chosen)")).to_have_count(0)
    picture(second, "conflict")


def test_what_was_typed_stays_when_something_is_missing(
    person: Person, picture: Callable[[Page, str], None]
) -> None:
    initiator = person("qiuzhiyuan")
    initiator.goto("/requests/new/")
    initiator.locator("form.card").evaluate("form => form.noValidate = true")
    initiator.locator("[name=subject]").fill("只有标题")
    initiator.locator("[name=amount]").fill("-5")
    initiator.locator(".ld-bar button[type=submit]").click()
    expect(initiator.locator("[name=subject]")).to_have_value("只有标题")
    expect(initiator.locator("[name=amount]")).to_have_value("-5")
    expect(initiator.locator(".invalid-feedback")).to_be_visible()
    picture(initiator, "form")

    submit(initiator)
    head = person("shanlina")
    head.get_by_role("link", name=SUBJECT).click()
    head.locator("button[value=reject]:not(.ld-chosen)").click()
    expect(head.locator("#opinion-error")).to_be_visible()
    picture(head, "opinion")


def test_hostile_text_is_shown_as_text(
    person: Person, watch: Watch, picture: Callable[[Page, str], None]
) -> None:
    subject = "<img src=x onerror=alert(1)>{{ 7*7 }}"
    text = "</textarea><script>alert(2)</script>\n'\"><svg/onload=alert(3)>"
    initiator = person("qiuzhiyuan")
    submit(initiator, subject, "5", text)
    expect(initiator.locator("h1")).to_have_text(subject)
    expect(initiator.locator("main")).to_contain_text("<script>alert(2)</script>")

    head = person("shanlina", PHONE)
    head.get_by_role("link", name=subject).click()
    head.locator("[name=opinion]").fill("<b onclick=alert(4)>不同意</b>")
    head.locator("button[value=return]:not(.ld-chosen)").click()
    expect(head.locator(".toast")).to_contain_text(subject)
    initiator.goto("/approvals/")
    initiator.get_by_role("link", name=subject).click()
    expect(initiator.locator("[name=text]")).to_have_value(text)
    initiator.locator("#document a[href*='tab=trail']").click()
    expect(initiator.locator(".timeline")).to_contain_text("<b onclick=alert(4)>不同意</b>")
    picture(initiator, "hostile")
    assert initiator.locator("main img, main script, main svg").count() == 0
    assert watch.complaints == []


def test_sent_back_withdrawn_transferred(
    person: Person, picture: Callable[[Page, str], None]
) -> None:
    initiator, head = person("qiuzhiyuan"), person("shanlina")
    submit(initiator)
    head.goto("/approvals/")
    head.get_by_role("link", name=SUBJECT).click()
    head.wait_for_url(re.compile(r"/approvals/\d+/"))
    head.locator("#document [data-key=t]").click()
    head.locator("[name=transfer-to]").select_option(label="周敏")
    head.locator("[name=transfer-reason]").fill("我出差")
    picture(head, "transfer")
    head.locator("#dialog button[type=submit]").click()
    expect(head.locator(".toast")).to_contain_text("周敏")
    expect(head.locator(".ld-item")).to_have_count(0)

    initiator.reload()
    expect(initiator.locator(".ld-wait")).to_contain_text("周敏")
    initiator.locator("details", has=initiator.locator("#reason")).locator("summary").click()
    initiator.locator("#reason").fill("先不买了")
    initiator.locator("form[action$=withdraw] button[type=submit]").click()
    expect(initiator.locator(".timeline")).to_contain_text("先不买了")
    initiator.goto("/approvals/")
    initiator.get_by_role("link", name=SUBJECT).click()
    picture(initiator, "revise")
    initiator.locator("[name=subject]").fill("采购一台")
    initiator.locator("button[value=resubmit]").click()
    expect(initiator.locator(".toast")).to_contain_text("单丽娜")


def test_an_address_that_leads_nowhere(
    person: Person, picture: Callable[[Page, str], None]
) -> None:
    page = person("qiuzhiyuan")
    assert page.goto("/approvals/999999/").status == 404
    expect(page.locator(".empty-title")).to_be_visible()
    picture(page, "404")


def test_the_description_of_the_api_works_under_the_content_security_policy(
    person: Person, picture: Callable[[Page, str], None]
) -> None:
    page = person("admin")
    page.goto("/api/docs/")
    page.locator(".opblock-tag").first.click()
    expect(page.locator(".opblock").first).to_be_visible()
    picture(page, "docs")


def test_everything_works_without_javascript(
    person: Person, picture: Callable[[Page, str], None]
) -> None:
    initiator = person("qiuzhiyuan", javascript=False)
    submit(initiator)
    expect(initiator.locator(".toast")).to_contain_text("单丽娜")
    initiator.locator("[data-ld-user] summary").click()
    picture(initiator, "menu")
    initiator.locator(".ld-menu button[name=language]").click()
    expect(initiator.locator("html")).to_have_attribute("lang", "en")
