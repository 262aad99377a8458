"""People in the settings, seen at both widths: nothing sticks out, nothing is complained of."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from apps.people.models import Department, User
from tests.browser.conftest import DESKTOP, PHONE

WIDTHS = {"desktop": DESKTOP, "phone": PHONE}


def stays_inside(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_people(person, company, picture, width, language):
    page = person("admin", WIDTHS[width], language)
    user = company["baixue"]
    department = Department.objects.get(name="销售部").pk
    for name, address in {
        "users": "/settings/users/",
        "user": f"/settings/users/{user}/",
        "new-user": "/settings/users/new/",
        "employees": "/settings/employees/",
        "employee": f"/settings/employees/{user}/",
        "hand-over": f"/settings/employees/{user}/hand-over/",
        "departments": "/settings/departments/",
        "department": f"/settings/departments/{department}/",
        "roles": "/settings/roles/",
        "role": "/settings/roles/finance/",
        "rights": "/settings/roles/administrator/rights/",
        "substitutes": "/settings/substitutes/",
        "calendar": "/settings/calendar/?day=2026-10-09",
        "audit": "/settings/audit/",
        "account": "/account/",
        "second-step": "/account/second-step/",
    }.items():
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        stays_inside(page)
        picture(page, name)


def test_the_rights_of_a_role_are_ticked_and_saved(person):
    page = person("admin")
    page.goto("/settings/roles/hr/rights/")
    cell = page.locator("input[value='people.audit:view']")
    expect(cell).not_to_be_checked()
    cell.check()
    page.locator(".ld-bar button[type=submit]").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(cell).to_be_checked()


def test_a_password_is_reset_and_changed_on_a_phone(person, company, live_address):
    page = person("admin")
    page.goto(f"/settings/users/{company['wulei']}/")
    page.locator("form[action$=reset-password] button").click()
    password = page.locator("[data-password]").inner_text()
    assert User.objects.get(username="wulei").one_time_until is not None
    other = page.context.browser.new_context(base_url=live_address, viewport=PHONE).new_page()
    other.goto("/")
    other.locator("[name=account_set]").select_option(label="t_one")
    other.locator("[name=username]").fill("wulei")
    field = other.locator("[name=password]")
    field.fill(password)
    other.locator("[data-ld-reveal]").click()
    expect(field).to_have_attribute("type", "text")
    other.locator("[data-ld-reveal]").click()
    expect(field).to_have_attribute("type", "password")
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url("**/password/")
    other.locator("[name=old_password]").fill(password)
    other.locator("[name=new_password1]").fill("Quiet-river-9")
    other.locator("[name=new_password2]").fill("Quiet-river-9")
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url(lambda address: "/password/" not in address)
    other.context.close()
