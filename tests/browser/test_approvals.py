"""The approval center as people use it: by keys, in batches, on a phone, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from apps.core.requests.services import submit_request
from engine import tasks
from engine.models import HumanTask, TaskState
from tests.browser.conftest import PHONE, Person

REQUESTS = (
    ("彩超探头两支", 286_400),
    ("监护仪样机运输保险", 2_600),
    ("春季医疗器械展展位", 126_000),
    ("售前演示笔记本电脑", 8_900),
    ("外勤工具箱更新", 4_600),
)
Keep = Callable[[Page, str], None]


@pytest.fixture
def requests(company: dict[str, int]) -> list[int]:
    """Five requests that wait for 单丽娜; their tasks in the order of her list."""
    made = [
        submit_request(
            user=company["qiuzhiyuan"], subject=subject, amount=Decimal(amount), text="急用"
        )
        for subject, amount in REQUESTS
    ]
    return [task for result in made for task in result.opened]


def decision(task: int) -> str:
    return HumanTask.objects.get(pk=task).decision


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_deciding_by_keys(
    person: Person, requests: list[int], picture: Keep, language: str
) -> None:
    page = person("shanlina", language=language)
    picture(page, "1-first-page")
    page.goto("/approvals/?queue=other")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[0][0])  # opens by itself
    picture(page, "2-center")
    page.keyboard.press("j")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[1][0])
    expect(page.locator(".ld-item[aria-current]")).to_contain_text(REQUESTS[1][0])
    page.keyboard.press("k")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[0][0])
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("曾国强")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[1][0])  # the next one
    expect(page.locator(".ld-item")).to_have_count(4)
    assert decision(requests[0]) == "approve"
    picture(page, "3-next")

    page.keyboard.press("r")
    expect(page.locator("#opinion-error")).to_be_visible()
    page.locator("#opinion").fill("请附两家报价")
    expect(page.locator("#draft")).not_to_be_empty()
    page.reload()
    expect(page.locator("#opinion")).to_have_value("请附两家报价")
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[2][0])
    assert decision(requests[1]) == "return"

    page.keyboard.press("t")
    page.locator("#dialog [name=transfer-to]").select_option(label="周敏")
    picture(page, "4-transfer")
    page.locator("#dialog button[type=submit]").click()
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[3][0])
    expect(page.locator("#dialog")).to_be_empty()
    for tab in ("trail", "diagram", "related"):
        page.locator(f"#document a[href*='tab={tab}']").click()
        expect(page.locator(f"#document a[href*='tab={tab}'][aria-current]")).to_be_visible()
        picture(page, f"5-{tab}")
    page.keyboard.press("?")
    picture(page, "6-keys")


def test_the_counts_in_the_frame_follow_a_decision(person: Person, requests: list[int]) -> None:
    page = person("shanlina")
    page.goto("/approvals/")
    expect(page.locator("#count-desk-approvals")).to_have_text("5")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[0][0])
    page.keyboard.press("a")
    expect(page.locator("#count-desk-approvals")).to_have_text("4")
    expect(page.locator("#bell .badge")).to_have_text("4")
    expect(page.locator(".ld-queues .active .text-xs")).to_have_text("4")


def test_what_is_being_typed_outlives_the_pane(person: Person, requests: list[int]) -> None:
    page = person("shanlina")
    page.route("**/draft", lambda route: None)  # the server hears of nothing
    page.goto("/approvals/")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[0][0])
    page.locator("#opinion").fill("探头型号与合同不符")
    page.locator("#document a[href*='tab=trail']").click()
    expect(page.locator("#trail")).to_be_visible()
    expect(page.locator("#opinion")).to_have_value("探头型号与合同不符")
    page.get_by_role("link", name=REQUESTS[1][0]).click()
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[1][0])
    expect(page.locator("#opinion")).to_have_value("")
    page.reload()
    page.get_by_role("link", name=REQUESTS[0][0]).click()
    expect(page.locator("#opinion")).to_have_value("探头型号与合同不符")
    page.locator("#document button[value=return]").click()
    expect(page.locator(".toast").first).to_be_visible()
    assert HumanTask.objects.get(pk=requests[0]).decided.opinion == "探头型号与合同不符"
    kept = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('typed'))")
    assert kept == []


def test_the_diagram_tab_shows_the_path_and_who_has_it(
    person: Person, requests: list[int], company: dict[str, int], picture: Keep
) -> None:
    tasks.complete(requests[0], user=company["shanlina"], decision="approve")
    case = HumanTask.objects.get(pk=requests[0]).instance_id
    page = person("zengguoqiang")
    page.goto(f"/approvals/{HumanTask.objects.get(instance=case, ended_at=None).pk}/")
    page.locator("#document a[href*='tab=diagram']").click()
    expect(page.locator("#document ld-diagram[data-ready]")).to_be_visible()
    expect(page.locator("ld-diagram [data-element-id=submit]")).to_have_class(re.compile("ld-done"))
    ahead = page.locator("ld-diagram [data-element-id=take_effect]")
    expect(ahead).not_to_have_class(re.compile("ld-(done|active)"))
    expect(page.locator("#document .ld-token")).to_have_count(1)
    expect(page.locator("#document .ld-token")).to_contain_text("曾国强")
    expect(page.locator("#outline-title")).to_be_visible()
    picture(page, "diagram")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_batch_with_two_that_are_blocked(
    person: Person,
    company: dict[str, int],
    requests: list[int],
    picture: Keep,
    language: str,
) -> None:
    page = person("shanlina", language=language)
    page.goto("/approvals/")
    expect(page.locator(".ld-item")).to_have_count(5)
    tasks.complete(requests[1], user=company["shanlina"], decision="approve")
    tasks.transfer(requests[2], to=company["zhoumin"], by=company["shanlina"])
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-ld-count]")).to_have_text("1")
    page.locator("[data-ld-all]").check()
    expect(page.locator("[data-ld-count]")).to_have_text("5")
    picture(page, "1-selected")
    page.locator("#choose button[value=approve]").click()
    rows = page.locator("#dialog tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.nth(0)).to_contain_text("单丽娜")
    expect(page.locator("#dialog tbody .ti-ban")).to_have_count(2)
    picture(page, "2-checked")
    assert HumanTask.objects.filter(pk__in=requests, state=TaskState.COMPLETED).count() == 1
    page.locator("#batch-opinion").fill("同意，按预算执行。")
    page.locator("#dialog .btn-primary").click()
    expect(page.locator("#dialog progress")).to_be_visible()
    expect(page.locator("#dialog tbody .ti-circle-check")).to_have_count(3)
    picture(page, "3-result")
    assert HumanTask.objects.filter(pk__in=requests, state=TaskState.COMPLETED).count() == 4
    expect(rows.nth(0).locator(".ti-ban")).to_be_visible()  # what was not done comes first
    page.locator("#dialog .modal-footer a").last.click()
    expect(page.locator(".ld-item")).to_have_count(0)
    picture(page, "4-empty")


def test_on_a_phone_one_pane_at_a_time(person: Person, requests: list[int], picture: Keep) -> None:
    page = person("shanlina", PHONE)
    picture(page, "1-first-page")
    page.goto("/approvals/")
    expect(page.locator("#document")).to_be_hidden()
    picture(page, "2-list")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name=REQUESTS[0][0]).click()
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[0][0])
    expect(page.locator(".ld-choose")).to_be_hidden()
    picture(page, "3-document")
    # The bar is in sight at the beginning of the document, not only at its end.
    expect(page.locator("#document button[value=approve]")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    decisions = page.locator(".ld-decide .ld-bar > button[name=decision]")
    rows = {round(box["y"]) for one in decisions.all() if (box := one.bounding_box())}
    assert len(rows) == 1  # all decisions stand beside each other
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator("#document button[value=approve]").click()
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[1][0])
    expect(page.locator("#doc-title")).to_be_in_viewport()  # read from its beginning
    expect(page.locator(".toast")).to_contain_text("曾国强")
    picture(page, "4-next")
    page.locator("#document .ti-chevron-left").first.click()
    expect(page.locator(".ld-item")).to_have_count(4)


def test_without_javascript(person: Person, requests: list[int], picture: Keep) -> None:
    page = person("shanlina", javascript=False)
    page.goto("/approvals/")
    page.get_by_role("link", name=REQUESTS[0][0]).click()
    page.locator("#document button[value=approve]").click()
    expect(page.locator(".toast")).to_contain_text("曾国强")
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[1][0])
    page.locator("[data-key=t]").click()
    picture(page, "1-question")
    page.locator("[name=transfer-to]").select_option(label="周敏")
    page.locator("main button[type=submit]").click()
    expect(page.locator("#doc-title")).to_have_text(REQUESTS[2][0])
    for box in page.locator("[name=task]").all():
        box.check()
    page.locator("#choose button[value=approve]").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    picture(page, "2-batch")
    page.locator("main .btn-primary").click()
    expect(page.locator("tbody .ti-circle-check")).to_have_count(3)
    assert decision(requests[4]) == "approve"
