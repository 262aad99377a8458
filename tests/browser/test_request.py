"""A general request from its submission to its end, as people see it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Person

SUBJECT = "采购三台超声设备"
WORDS = {
    "zh-CN": {"html": "zh-hans"},
    "en-GB": {"html": "en"},
}


def submit(page: Page, subject: str = SUBJECT, amount: str = "150000", text: str = "急用") -> None:
    page.goto("/requests/new/")
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=text]").fill(text)
    page.locator(".ld-bar button[type=submit]").click()
    page.wait_for_url(re.compile(r"/instances/\d+/"))


@pytest.mark.parametrize("locale", list(WORDS))
def test_a_request_passes_two_levels(
    person: Person, picture: Callable[[Page, str], None], locale: str
) -> None:
    initiator = person("qiuzhiyuan", locale=locale)
    expect(initiator.locator("html")).to_have_attribute("lang", WORDS[locale]["html"])
    picture(initiator, "1-empty")
    submit(initiator)
    expect(initiator.locator(".toast")).to_contain_text("单丽娜")
    expect(initiator.locator(".ld-wait")).to_contain_text("单丽娜")
    picture(initiator, "2-case")

    head = person("shanlina", PHONE, locale)
    picture(head, "3-inbox")
    head.get_by_role("link", name=SUBJECT).click()
    expect(head.locator("main")).to_contain_text("¥150,000.00")
    picture(head, "4-task")
    assert head.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    head.locator("[name=opinion]").fill("同意")
    head.locator("button[name=decision][value=approve]").click()
    expect(head.locator(".toast")).to_contain_text("曾国强")
    picture(head, "5-toast")

    manager = person("zengguoqiang", locale=locale)
    picture(manager, "6-inbox")
    manager.get_by_role("link", name=SUBJECT).click()
    picture(manager, "7-task")
    manager.locator("button[name=decision][value=approve]").click()
    expect(manager.locator(".toast")).to_be_visible()

    initiator.reload()
    expect(initiator.locator(".ld-wait")).to_have_count(0)
    trail = initiator.locator(".timeline")
    expect(trail).to_contain_text("同意")
    expect(trail).to_contain_text("曾国强")
    picture(initiator, "8-ended")
    initiator.goto("/tasks/?view=started")
    picture(initiator, "9-started")
