"""The frame around every page, as people use it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from apps.accountsets.routing import in_account_set
from engine.models import ProcessInstance
from tests.browser.conftest import PHONE, Person, log_in
from tests.browser.test_request import submit

Picture = Callable[[Page, str], None]

FOLDED = 64
UNFOLDED = 200


def sidebar_width(page: Page) -> float:
    return page.locator(".navbar-vertical").evaluate("bar => bar.getBoundingClientRect().width")


def test_somebody_logs_in_and_chooses_another_language(person: Person) -> None:
    page = person("shanlina")
    page.context.clear_cookies()
    page.goto("/approvals/")
    log_in(page, "shanlina")
    expect(page).to_have_url(re.compile("/approvals/"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.locator("[data-ld-user] summary").click()
    page.locator(".ld-menu button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".ld-topbar")).to_contain_text("Approval center")


def test_the_side_bar_folds_and_stays_so(person: Person, picture: Picture) -> None:
    page = person("shanlina")
    assert sidebar_width(page) == UNFOLDED
    picture(page, "unfolded")
    page.locator("[data-bs-toggle=sidebar-folded]").click()
    page.mouse.move(800, 400)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-sidebar", "folded-hover")
    assert sidebar_width(page) == FOLDED
    expect(page.locator(".navbar-vertical .dropdown-item").first).to_be_hidden()
    picture(page, "folded")
    page.locator(".navbar-vertical").hover()
    expect(page.locator(".navbar-vertical .dropdown-item").first).to_be_visible()
    page.locator("[data-bs-toggle=sidebar-folded]").click()
    page.reload()
    page.mouse.move(800, 400)
    assert sidebar_width(page) == UNFOLDED


def test_modules_fold_and_stay_so(person: Person) -> None:
    page = person("shanlina")
    desk = page.locator("[data-ld-module=desk]")
    page.goto("/search/")
    expect(desk).not_to_have_attribute("open", "")
    desk.locator("summary").click()
    page.reload()
    expect(desk).to_have_attribute("open", "")


def test_the_dark_theme_is_there_from_the_first_paint(person: Person, picture: Picture) -> None:
    page = person("shanlina")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.locator(".ld-topbar > [data-ld-theme]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert 'data-bs-theme="dark"' in page.request.get("/approvals/").text()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    picture(page, "dark")
    page.goto("/no-such-page")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_keys_do_what_the_page_declares_and_help_lists_them(
    person: Person, picture: Picture
) -> None:
    page = person("shanlina")
    search = page.locator("#global-search")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("?n/")
    expect(search).to_have_value("?n/")
    expect(page.locator("#keys")).to_be_hidden()
    search.blur()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys = page.locator("#keys dt").all_inner_texts()
    assert {"/", "N", "?"} <= {key.strip() for key in keys}
    picture(page, "help")
    page.keyboard.press("n")
    expect(page.locator(".ld-menu[open]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator(".ld-menu[open] a").first).to_be_visible()
    picture(page, "new")
    page.keyboard.press("Escape")
    expect(page.locator(".ld-menu[open]")).to_have_count(0)


def test_j_and_k_walk_through_a_list(person: Person) -> None:
    page = person("qiuzhiyuan")
    submit(page, "第一件")
    with in_account_set("t_one"):
        case = ProcessInstance.objects.get()
    page.goto(f"/search/?q={case.business_key}")
    row = page.locator("[data-ld-item]")
    page.keyboard.press("j")
    expect(row).to_be_focused()
    page.keyboard.press("k")
    expect(row).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("[data-ld-moves]")).to_be_visible()


def test_what_is_typed_is_looked_for_at_once(person: Person, picture: Picture) -> None:
    page = person("qiuzhiyuan")
    submit(page, "采购三台超声设备")
    with in_account_set("t_one"):
        number = ProcessInstance.objects.get().business_key.partition(":")[2]
    page.keyboard.press("/")
    page.keyboard.type(number)
    row = page.locator("#found .dropdown-item")
    expect(row).to_have_count(1)
    picture(page, "found")
    page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    with page.expect_navigation(url=re.compile(r"/instances/\d+/$")):
        page.keyboard.press("Enter")
    page.keyboard.press("/")
    page.keyboard.type("没有这个")
    expect(page.locator("#found")).to_contain_text("没有找到")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/search/"))
    expect(page.locator("main .empty")).to_be_visible()
    picture(page, "nothing")


def test_the_bell_rings_without_a_reload(person: Person) -> None:
    head = person("shanlina")
    expect(head.locator(".ld-topbar .badge-notification")).to_have_count(0)
    submit(person("qiuzhiyuan"))
    head.evaluate("htmx.ajax('GET', '/bell/', document.querySelector('[hx-get=\"/bell/\"]'))")
    expect(head.locator(".ld-topbar .badge-notification")).to_have_text("1")


def test_a_phone_has_tabs_and_everything_behind_the_last(person: Person, picture: Picture) -> None:
    page = person("shanlina", PHONE)
    assert 3 <= page.locator(".ld-tabbar a").count() <= 5
    picture(page, "list")
    page.locator(".ld-tabbar a").last.click()
    expect(page.locator("main .list-group-item").first).to_be_visible()
    picture(page, "everything")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("[data-ld-user] summary").click()
    picture(page, "user")


def test_in_english(person: Person, picture: Picture) -> None:
    page = person("shanlina", language="en")
    picture(page, "desktop")
    page.set_viewport_size(PHONE)
    picture(page, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
