"""The studio in a browser: a file of another tool is explained, repaired, and deployed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from engine import definitions
from tests.browser.conftest import DESKTOP, PHONE, Person

Picture = Callable[[Page, str], None]
VENDORS = Path(__file__).parents[1] / "engine" / "bpmn" / "vendors"


def upload(page: Page, name: str, content: bytes) -> None:
    page.goto("/processes/")
    sent = FilePayload(name=name, mimeType="text/xml", buffer=content)
    page.locator("#upload").set_input_files(sent)
    page.get_by_role("button", name="上传", exact=True).click()
    page.wait_for_url("**/processes/files/*/")


def drawn(page: Page, element: str) -> object:
    return page.locator(f"ld-drawing[data-ready] [data-element-id={element}]")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_file_of_another_tool_is_drawn_explained_and_repaired(
    company: dict[str, int], person: Person, picture: Picture, device: dict[str, int]
) -> None:
    page = person("admin", device)
    upload(page, "invoice.bpmn", (VENDORS / "camunda7.bpmn").read_bytes())
    # It has no drawing of its own: it was laid out, and bears the verdicts.
    expect(drawn(page, "yes")).to_have_class(re.compile("ld-repair"))
    expect(drawn(page, "late")).to_have_class(re.compile("ld-decision"))
    expect(drawn(page, "done")).to_have_class(re.compile("ld-runs"))
    expect(page.locator(".ld-sign").first).to_be_visible()
    picture(page, "stored")
    row = page.locator("#findings [data-element=late]")
    row.get_by_role("button", name=re.compile("在图中显示")).click()
    expect(drawn(page, "late")).to_have_class(re.compile("ld-focus"))
    expect(row).to_have_attribute("data-here", "")
    drawn(page, "calculate").click()  # and back: from the diagram to its row
    expect(page.locator("#findings [data-element=calculate]")).to_have_attribute("data-here", "")
    repairs = page.get_by_role("button", name="应用此修复")
    number = repairs.count()
    repairs.first.click()
    expect(repairs).to_have_count(number - 1)
    page.get_by_role("button", name=re.compile("全部安全修复")).click()
    expect(repairs).to_have_count(0)
    page.get_by_role("button", name="恢复此版本").last.click()
    expect(repairs).to_have_count(number)
    picture(page, "restored")


def test_pools_lanes_and_subprocesses_of_a_file_without_a_drawing_are_seen(
    company: dict[str, int], person: Person, picture: Picture
) -> None:
    page = person("admin")
    upload(page, "order.bpmn", (VENDORS / "camunda8.bpmn").read_bytes())
    for element in (
        "Participant_supplier",
        "Lane_in",
        "Activity_count",
        "Flow_again",
        "Event_short",
    ):
        expect(drawn(page, element)).to_be_visible()
    picture(page, "pools")


def test_somebody_else_deploys_what_runs(
    company: dict[str, int], person: Person, picture: Picture
) -> None:
    shipped = definitions.shipped_files()["general_request.bpmn"]
    page = person("admin")
    upload(page, "general_request.bpmn", shipped.replace("事项生效".encode(), "生效了".encode()))
    expect(page.get_by_text("请由其他人部署")).to_be_visible()
    expect(page.get_by_role("button", name="部署", exact=True)).to_have_count(0)
    manager = person("zengguoqiang")
    manager.goto(page.url)
    manager.get_by_role("button", name="部署", exact=True).click()
    manager.wait_for_url("**/processes/definitions/general_request/")
    expect(drawn(manager, "take_effect")).to_be_visible()
    expect(manager.get_by_text("第 2 版").first).to_be_visible()
    picture(manager, "deployed")
    manager.goto("/processes/")
    picture(manager, "list")
    phone = person("zengguoqiang", PHONE)
    phone.goto("/processes/")
    expect(phone.get_by_role("link", name="事项申请")).to_be_visible()
    picture(phone, "phone")
