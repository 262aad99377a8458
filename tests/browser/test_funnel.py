"""Opportunities in a browser: the board moves by dragging, by keys and without JavaScript; the
funnel is drawn, and leads to its rows."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from apps.catalog.demo import make_products
from apps.people.models import User
from apps.sales.demo import make_customers
from apps.sales.models import Opportunity, OpportunityStage
from apps.sales.opportunities.demo import make_opportunities
from apps.sales.opportunities.services import move_opportunity
from tests.browser.conftest import DESKTOP, PHONE
from tests.contracts.factories import rights

BOARD, FUNNEL = "/sales/board/", "/sales/funnel/"


@pytest.fixture
def opportunities(company) -> list[OpportunityStage]:
    """Those of the demo; the stages they stand in."""
    make_products()
    make_customers(today=timezone.localdate())
    make_opportunities()
    return list(OpportunityStage.objects.all())


def one_of(username: str, stage: OpportunityStage) -> Opportunity:
    """The first open opportunity of somebody that isn't in a stage."""
    owner = User.objects.get_by_natural_key(username)
    rows = Opportunity.objects.open().filter(owner=owner).exclude(stage=stage)
    return rows.order_by("stage", "pk")[0]


def card(page: Page, row: Opportunity) -> Locator:
    return page.locator(f"[data-card='{row.pk}']")


def column(page: Page, stage: OpportunityStage) -> Locator:
    return page.locator(f"[data-column='{stage.pk}']")


def drag(page: Page, thing: Locator, to: Locator) -> None:
    """By the mouse, in steps, as a hand does it."""
    thing.scroll_into_view_if_needed()
    start, end = thing.bounding_box(), to.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 30)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 120, steps=12)
    page.mouse.up()


def test_a_card_is_dragged_to_another_stage(person, opportunities, picture) -> None:
    page, target = person("qiuzhiyuan"), opportunities[3]
    row = one_of("qiuzhiyuan", target)
    page.goto(BOARD)
    count = column(page, target).locator("[data-count]")
    before = int(count.inner_text())
    drag(page, card(page, row), column(page, target))
    expect(column(page, target).locator(f"[data-card='{row.pk}']")).to_be_visible()
    expect(count).to_have_text(str(before + 1))
    row.refresh_from_db()
    assert row.stage == target

    card(page, row).focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(column(page, opportunities[2]).locator(f"[data-card='{row.pk}']")).to_be_focused()
    row.refresh_from_db()
    assert row.stage == opportunities[2]


def test_what_somebody_moved_meanwhile_goes_back_and_is_said(person, opportunities) -> None:
    page, target, elsewhere = person("qiuzhiyuan"), opportunities[3], opportunities[4]
    row = one_of("qiuzhiyuan", target)
    page.goto(BOARD)
    move_opportunity(opportunity=row.pk, stage=elsewhere.pk, rights=rights("shanlina"))
    drag(page, card(page, row), column(page, target))
    expect(page.locator("#toasts [role=alert]")).to_contain_text("单丽娜")
    expect(column(page, elsewhere).locator(f"[data-card='{row.pk}']")).to_be_visible()


def test_without_javascript_the_buttons_of_a_card_move_it(person, opportunities) -> None:
    target = opportunities[4]
    row = one_of("qiuzhiyuan", target)
    page = person("qiuzhiyuan", javascript=False)
    page.goto(BOARD)
    card(page, row).locator("summary").click()
    card(page, row).get_by_role("button", name=target.name).click()
    expect(column(page, target).locator(f"[data-card='{row.pk}']")).to_be_visible()
    page.goto(FUNNEL)
    expect(page.get_by_role("table").first).to_contain_text(target.name)
    expect(page.locator("[data-chart]")).to_be_hidden()


def test_the_funnel_is_drawn_and_leads_to_its_rows(person, opportunities) -> None:
    page = person("shanlina")
    page.goto(FUNNEL)
    expect(page.locator("[data-chart][data-ready] canvas")).to_be_visible()
    first = page.locator("table").first.locator("tbody tr").first.get_by_role("link").first
    count = first.inner_text()
    first.click()
    expect(page.locator(".ld-totals-line")).to_contain_text(count)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_board_and_funnel_fit_their_screens(person, opportunities, size, language, picture) -> None:
    page = person("shanlina", size, language)
    row = Opportunity.objects.open().order_by("pk")[0]
    for name, address in (
        ("board", BOARD),
        ("funnel", FUNNEL),
        ("stages", f"/sales/opportunities/{row.pk}/?tab=stages"),
        ("page", f"/sales/opportunities/{row.pk}/"),
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], (name, wide)
        picture(page, name)
