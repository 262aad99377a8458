"""The matrix in a browser."""

from __future__ import annotations

from playwright.sync_api import expect


def test_the_chooser_of_departments_says_at_once_what_is_chosen(person) -> None:
    page = person("admin")
    page.goto("/settings/approvals/contract_matrix/")
    chooser = page.locator("[data-ld-label=部门]").first
    said = chooser.locator("summary")
    expect(said).to_have_text("不限")
    said.click()
    chooser.get_by_label("销售部", exact=True).check()
    chooser.get_by_label("华东组", exact=True).check()
    expect(said).to_have_text("销售部、华东组")
    expect(said).to_have_attribute("aria-label", "部门: 销售部、华东组")
    chooser.get_by_label("华东组", exact=True).uncheck()
    chooser.get_by_label("销售部", exact=True).uncheck()
    expect(said).to_have_text("不限")


def test_the_chooser_of_kinds_says_their_names(person) -> None:
    page = person("admin")
    page.goto("/settings/approvals/contract_matrix/")
    chooser = page.locator("[data-ld-label=单据类型]").first
    said = chooser.locator("summary")
    expect(said).to_have_text("销售合同、服务合同")
    said.click()
    chooser.get_by_role("checkbox", name="服务合同").uncheck()
    expect(said).to_have_text("销售合同")
