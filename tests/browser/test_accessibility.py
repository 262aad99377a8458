"""Accessibility of the main pages, light and dark, judged by axe: contrast, names, roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from engine.files import store
from tests.browser.conftest import DESKTOP, PHONE
from tests.kinds.factories import make

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
DIAGRAM = Path(__file__).parents[1] / "engine" / "bpmn" / "vendors" / "camunda7.bpmn"
SERIOUS = ("serious", "critical")
# Each page in one theme, as every page takes seconds; what all have in common is met in both.
LIGHT = ("/", "/contracts/sales-contracts/", "/sales/leads/", "/sales/board/", "/account/")
DARK = ("/approvals/", "/sales/customers/", "/sales/funnel/", "/sales/team/", "/nowhere/")
PHONE_PAGES = ("/menu/", "/approvals/", "/sales/target-companies/")
SETTINGS = (
    "/settings/parameters/",
    "/settings/approvals/contract_matrix/",
    "/settings/users/",
    "/settings/departments/",
    "/settings/calendar/",
    "/settings/roles/finance/rights/",
)


@pytest.fixture
def records(company) -> list[str]:
    """Pages of records, of a command and of forms."""
    customer, lead = make("sales.customer", "shanlina"), make("sales.lead", "shanlina")
    return [
        f"/sales/customers/{customer.pk}/",
        f"/sales/customers/{customer.pk}/hand-over/",
        f"/sales/leads/{lead.pk}/",
        "/contracts/sales-contracts/new/",
        "/sales/target-companies/import/",
    ]


def complaints(page: Page, address: str) -> Iterator[str]:
    """What axe finds serious there, with the element."""
    page.goto(address)
    for found in Axe().run(page, options=RULES).response["violations"]:
        if found["impact"] in SERIOUS:
            for node in found["nodes"]:
                yield f"{address} {found['id']} {node['html'][:200]} {node['failureSummary']}"


def in_theme(page: Page, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])


def all_complaints(page: Page, theme: str, addresses: Iterable[str]) -> list[str]:
    in_theme(page, theme)
    return [text for address in addresses for text in complaints(page, address)]


def test_in_the_light(person, records) -> None:
    assert all_complaints(person("shanlina", DESKTOP), "light", (*LIGHT, *records[::2])) == []


def test_in_the_dark(person, records) -> None:
    assert all_complaints(person("shanlina", DESKTOP), "dark", (*DARK, *records[1::2])) == []


def test_settings(person) -> None:
    assert all_complaints(person("admin", DESKTOP), "dark", SETTINGS) == []


def test_the_studio(person, company) -> None:
    file = store("invoice.bpmn", DIAGRAM.read_bytes(), by=company["admin"]).file_id
    page = person("admin", DESKTOP)
    for theme, address in (
        ("light", "/processes/"),
        ("dark", f"/processes/files/{file}/"),
        ("light", f"/processes/files/{file}/"),
        ("dark", "/processes/definitions/general_request/"),
    ):
        assert all_complaints(page, theme, [address]) == []


def test_on_a_phone(person, records) -> None:
    assert all_complaints(person("shanlina", PHONE), "light", (*PHONE_PAGES, *records[:1])) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_login(person, theme: str) -> None:
    page = person("shanlina", DESKTOP)
    page.context.clear_cookies()
    assert all_complaints(page, theme, ["/login/#forgotten"]) == []
