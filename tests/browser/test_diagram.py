"""The picture of a case: its path, its tokens, its film."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accountsets.routing import in_account_set
from engine import tasks
from engine.models import HumanTask, ProcessInstance, TaskState
from tests.browser.conftest import PHONE, Person
from tests.browser.test_request import submit

Picture = Callable[[Page, str], None]

OPEN = (TaskState.READY, TaskState.RESERVED)


def decide(people: dict[str, int], username: str, decision: str, **more: object) -> None:
    with in_account_set("t_one"):
        task = HumanTask.objects.get(state__in=OPEN)
        tasks.complete(task.pk, user=people[username], decision=decision, **more)  # type: ignore[arg-type]


@pytest.fixture
def sent_back(company: dict[str, int], person: Person) -> Page:
    """The page of a request over two levels that was sent back once and has passed one level."""
    page = person("qiuzhiyuan")
    submit(page)
    decide(company, "shanlina", "return", opinion="请附报价")
    again = {"subject": "采购三台超声设备", "amount": "150000", "text": "附报价"}
    decide(company, "qiuzhiyuan", "resubmit", data=again)
    decide(company, "shanlina", "approve", opinion="同意")
    page.reload()
    ready(page)
    return page


def ready(page: Page) -> None:
    expect(page.locator("ld-diagram[data-ready]")).to_be_visible()


def shape(page: Page, element: str) -> object:
    return page.locator(f"ld-diagram [data-element-id={element}]")


def marks(page: Page, element: str) -> set[str]:
    classes = shape(page, element).get_attribute("class") or ""
    return {name.removeprefix("ld-") for name in classes.split() if name.startswith("ld-")}


def test_the_path_is_green_a_token_says_whom_it_waits_for_and_calls_open(
    sent_back: Page, picture: Picture
) -> None:
    page = sent_back
    picture(page, "now")
    for passed in ("submitted", "submit", "matrix_rules", "revise", "returned", "resubmit"):
        assert marks(page, passed) == {"done"}, passed
    for ahead in ("take_effect", "end_approved", "end_rejected", "withdrawn"):
        assert marks(page, ahead) == set(), ahead
    assert marks(page, "approval_call") == {"active"}
    expect(page.locator(".ld-token")).to_have_count(1)
    expect(page.locator(".ld-token")).to_contain_text("曾国强")
    line = shape(page, "returned").locator(".djs-visual > path").first
    assert line.evaluate("path => getComputedStyle(path).stroke") == "rgb(18, 107, 54)"
    expect(page.locator(".bjs-powered-by")).to_be_visible()

    # A called process opens with the path of this visit.
    page.locator(".ld-drill[type=button]").click()
    expect(shape(page, "plan_route")).to_have_class(re.compile("ld-done"))
    assert marks(page, "level") == {"active"}
    assert marks(page, "returned_to_initiator") == set()  # that was in the visit before
    expect(page.locator("[data-way] li")).to_have_count(2)
    picture(page, "called")
    page.locator(".ld-drill[type=button]").click()
    assert marks(page, "decide") == {"active"}
    expect(page.locator(".ld-token")).to_contain_text("曾国强")
    page.locator("[data-way] button").first.click()
    assert marks(page, "approval_call") == {"active"}
    expect(page.locator("[data-way]")).to_be_hidden()
    page.locator("a.ld-drill").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    picture(page, "table")


def test_the_scrubber_and_the_trail_replay_the_case_to_its_end(
    company: dict[str, int], sent_back: Page, picture: Picture
) -> None:
    page = sent_back
    scrub, said = page.locator("[data-scrub]"), page.locator("[data-said]")
    last = int(scrub.get_attribute("max") or 0)
    assert last >= 7
    expect(said).to_contain_text(f"{last + 1} / {last + 1}")

    scrub.fill("0")
    assert marks(page, "submitted") == {"done", "focus"}
    assert marks(page, "submit") == marks(page, "approval_call") == set()
    page.keyboard.press("ArrowRight")
    assert "active" in marks(page, "approval_call")
    assert marks(page, "revise") == set()
    scrub.fill("3")
    assert "active" in marks(page, "revise")
    assert marks(page, "returned") == {"done"}
    assert marks(page, "resubmit") == set()
    expect(page.locator("#trail [aria-current=step]")).to_have_count(1)
    picture(page, "sent-back")
    page.keyboard.press("ArrowLeft")
    assert "active" not in marks(page, "revise")

    page.locator("[data-play]").click()
    expect(said).to_contain_text(f"{last + 1} / {last + 1}", timeout=20_000)
    assert marks(page, "approval_call") == {"active"}

    page.locator("#trail [data-step]", has_text="请附报价").click()
    expect(page.locator("[data-way] li")).to_have_count(3)
    assert "focus" in marks(page, "decide")
    page.locator("#trail [data-step]", has_text="曾国强").press("Enter")
    assert "active" in marks(page, "decide")

    decide(company, "zengguoqiang", "approve", opinion="同意")
    page.reload()
    ready(page)
    assert marks(page, "end_approved") == {"done"}
    expect(page.locator(".ld-token, .ld-diagram .ld-active")).to_have_count(0)
    picture(page, "ended")


def test_in_english_on_a_phone_and_in_the_dark(
    sent_back: Page, person: Person, picture: Picture
) -> None:
    with in_account_set("t_one"):
        case = ProcessInstance.objects.get()
    page = person("shanlina", PHONE, "en")
    page.goto(f"/instances/{case.pk}/")
    ready(page)
    expect(page.locator("ld-diagram")).to_contain_text("Approval matrix")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    outline, drawing = page.locator("#outline-title"), page.locator("ld-diagram")
    assert (outline.bounding_box() or {})["y"] < (drawing.bounding_box() or {})["y"]
    picture(page, "phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator(".ld-topbar > [data-ld-theme]").click()
    ground = page.locator(".ld-diagram").evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    picture(page, "dark")


def test_without_javascript_outline_and_trail_say_it_and_only_its_page_loads_a_diagram(
    person: Person,
) -> None:
    page = person("qiuzhiyuan", javascript=False)
    submit(page)
    expect(page.locator("ld-diagram")).to_be_hidden()
    expect(page.locator("#trail li").first).to_be_visible()
    expect(page.locator("#outline-title")).to_be_visible()

    with_script = person("qiuzhiyuan")
    loaded: list[str] = []
    with_script.on("request", lambda request: loaded.append(request.url))
    with_script.goto("/approvals/?view=started")
    (app,) = [url for url in loaded if "/app.js" in url]
    own = tuple(re.findall(r"chunks/[\w-]+\.js", with_script.request.get(app).text()))
    loaded = [url for url in loaded if not url.endswith(own)]  # what app.js itself is made of
    assert not [url for url in loaded if "islands" in url or "chunks" in url]
