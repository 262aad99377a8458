"""Lists and forms of records in a browser: what is alive, and that all works without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from apps.catalog.models import Product
from apps.contracts.models import SalesContract
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import save_record
from apps.sales.models import Customer
from tests.browser.conftest import DESKTOP, PHONE, pick
from tests.kinds.factories import all_rights, make

NEW = "/contracts/sales-contracts/new/"


@pytest.fixture
def goods(company) -> list[Product]:
    """Two products that anybody may choose."""
    made = [
        make("catalog.product", "qiuzhiyuan", code=code, name=name, standard_price=price)
        for code, name, price in (
            ("UD-820", "彩色多普勒超声诊断仪", "680000"),
            ("PM-12", "多参数监护仪", "18500"),
        )
    ]
    make("sales.customer", "qiuzhiyuan", name="苏州星塘医院")
    return made


def line(page: Page, row: int, field: str):
    return page.locator(f"[name='lines-{row}-{field}']")


def test_a_contract_is_typed_with_its_lines(person, goods, picture) -> None:
    page = person("qiuzhiyuan", DESKTOP)
    page.goto(NEW)
    page.locator("[name=name]").fill("彩超采购合同")
    pick(page, "customer", "xingtang", "苏州星塘医院")
    page.locator("[name=ends_on]").fill("2032-03-03")
    pick(page, "lines-0-product", "UD", "UD-820 彩色多普勒超声诊断仪")
    expect(line(page, 0, "offer")).to_have_value("680000")
    expect(page.locator("[name='lines-1-product-text']")).to_be_visible()  # the next row is there

    line(page, 0, "quantity").fill("2")
    expect(page.locator(".ld-bar output[name=gross]")).to_have_text("¥1,360,000.00")
    line(page, 0, "gross").fill("1200000")  # what is typed stays, the rate follows
    expect(line(page, 0, "rate")).to_have_value("88.2353")
    expect(page.locator(".ld-bar output[name=gross]")).to_have_text("¥1,200,000.00")
    expect(line(page, 0, "gross")).to_have_value("1200000")

    page.locator("[data-ld-grid=lines] summary", has_text="Excel").click()
    page.locator("[name='lines-paste']").fill("PM-12\t3\n")
    page.locator("[data-ld-paste]").first.click()
    expect(page.locator("[name='lines-1-product-text']")).to_have_value("PM-12 多参数监护仪")
    expect(page.locator(".ld-bar output[name=gross]")).to_have_text("¥1,255,500.00")
    page.locator("[value='lines:up:1']").click()
    expect(page.locator("[name='lines-0-product-text']")).to_have_value("PM-12 多参数监护仪")

    page.locator("[name='instalments-0-label']").fill("全款")
    page.locator("[name='instalments-0-percent']").fill("100")
    expect(page.locator("[name='instalments-0-amount']")).to_have_value("1255500")
    picture(page, "form")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/\d+/$"))
    contract = SalesContract.objects.get()
    rows = [(row.product.code, row.quantity, row.gross) for row in contract.lines.all()]
    assert rows == [("PM-12", 3, 55500), ("UD-820", 2, 1200000)]
    picture(page, "page")


def test_an_amount_that_was_agreed_stays_whatever_the_whole_is(person, goods, picture) -> None:
    make("contracts.salescontract", "qiuzhiyuan", name="监护仪")
    page = person("qiuzhiyuan", DESKTOP)
    page.goto(f"/contracts/sales-contracts/{SalesContract.objects.get().pk}/edit/")
    percent, amount = (
        page.locator(f"[name='instalments-0-{name}']") for name in ("percent", "amount")
    )
    dimmed = re.compile("text-secondary")
    expect(amount).to_have_class(dimmed)  # it follows from the percentage
    amount.fill("7777")
    expect(percent).not_to_have_value("100")
    expect(percent).to_have_class(dimmed)
    expect(amount).not_to_have_class(dimmed)
    worked_out = percent.input_value()
    line(page, 0, "quantity").fill("9")
    expect(percent).not_to_have_value(worked_out)
    expect(amount).to_have_value("7777")
    picture(page, "agreed amount")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/\d+/$"))
    stored = SalesContract.objects.get().instalments.get()
    assert (stored.amount, stored.by_amount) == (7777, True)


def test_an_answer_to_what_was_typed_before_settles_nothing(person, goods) -> None:
    make("contracts.salescontract", "qiuzhiyuan", name="监护仪")
    page = person("qiuzhiyuan", DESKTOP)
    page.goto(f"/contracts/sales-contracts/{SalesContract.objects.get().pk}/edit/")
    percent, amount, by_amount = (
        page.locator(f"[name='instalments-0-{name}']")
        for name in ("percent", "amount", "by_amount")
    )
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route("**/preview/", lambda r: r.continue_() if held else held.append(r))
    with page.expect_request("**/preview/"):
        percent.fill("80")
    amount.fill("7777")
    percentage = {"instalments-0-percent": "80", "instalments-0-by_amount": "False"}
    held[0].fulfill(json={"values": percentage, "outputs": {}})
    expect(percent).not_to_have_value("80")
    expect(amount).to_have_value("7777")
    expect(by_amount).to_have_value("True")


def test_errors_are_told_with_their_places_and_another_was_faster(person, goods, picture) -> None:
    contract = make("contracts.salescontract", "qiuzhiyuan")
    page = person("qiuzhiyuan", PHONE)
    page.goto(f"/contracts/sales-contracts/{contract.pk}/edit/")
    line(page, 0, "quantity").fill("many")
    page.locator("[data-key='ctrl+s']").click()
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors a").first.click()
    expect(line(page, 0, "quantity")).to_be_focused()
    expect(line(page, 0, "quantity")).to_have_value("many")
    picture(page, "errors")

    stored = SalesContract.objects.get(pk=contract.pk)
    stored.remarks = "先到"
    rows = {
        each.related: list(getattr(stored, each.related).all())
        for each in kinds["contracts.salescontract"].lines
    }
    save_record(
        kind=kinds["contracts.salescontract"],
        record=stored,
        lines=rows,
        rights=all_rights("shanlina"),
    )
    line(page, 0, "quantity").fill("3")
    page.locator("[data-key='ctrl+s']").click()
    expect(page.locator("#problem")).to_contain_text("单丽娜")
    expect(page.locator("#problem")).to_contain_text("先到")
    expect(line(page, 0, "quantity")).to_have_value("3")
    picture(page, "conflict")


def test_a_list_is_filtered_and_rows_are_selected(person, company, picture) -> None:
    for number in range(3):
        make("contracts.salescontract", "qiuzhiyuan", name=f"监护仪{number}")
    page = person("qiuzhiyuan", DESKTOP)
    page.goto("/contracts/sales-contracts/")
    page.locator("#list-search").fill("jhy1")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=jhy1" in page.url
    page.locator("#list-search").fill("")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.locator(".ld-chip summary", has_text="状态").click()
    page.locator(".ld-chip[open] select").select_option("draft")
    expect(page.locator(".ld-chip.ld-set summary")).to_contain_text("草稿")
    assert "state=draft" in page.url and "customer" not in page.url
    page.locator("[data-ld-all]").check()
    expect(page.locator("[data-ld-selected]")).to_contain_text("3")
    page.locator("#bulk [value=delete]:visible").click()
    expect(page.locator("#dialog")).to_be_visible()
    picture(page, "dialog")
    page.locator("#dialog [type=submit]").click()
    expect(page.locator(".list-group-item")).to_have_count(3)
    assert not SalesContract.objects.exists()


def test_a_customer_is_made_without_leaving_the_contract(person, goods) -> None:
    page = person("qiuzhiyuan", DESKTOP)
    page.goto(NEW)
    page.locator("[name=name]").fill("彩超采购合同")
    page.locator("[data-ld-create]").first.click()
    page.locator("#dialog [name=name]").fill("吴江松陵医院")
    page.locator("#dialog [name=level]").select_option(index=1)
    page.locator("#dialog [type=submit]").click()
    expect(page.locator("[name='customer-text']")).to_have_value("吴江松陵医院")
    expect(page.locator("[name=name]")).to_have_value("彩超采购合同")
    assert Customer.objects.filter(name="吴江松陵医院").exists()


def test_what_is_typed_while_a_choice_is_worked_out_stays(person, goods) -> None:
    """And what the choice brings is still told from it afterwards."""
    for name, account in (("张家港暨阳医院", "1111"), ("太仓浏河医院", "2222")):
        invoicing = {"invoice_title": name, "bank": f"{name}的银行", "bank_account": account}
        made = make("sales.customer", "qiuzhiyuan", name=name, **invoicing)
        make("sales.contact", "qiuzhiyuan", customer=made.pk, name=f"{name[-4:]}的联系人")
    page = person("qiuzhiyuan", DESKTOP)
    page.goto(NEW)
    field = {name: page.locator(f"[name={name}]") for name in ("invoice_title", "bank_account")}
    before = page.locator("[name=customer-before]")
    pick(page, "customer", "jiyang", "张家港暨阳医院")
    expect(field["bank_account"]).to_have_value("1111")
    expect(page.locator("[name=contact-text]")).to_have_value("暨阳医院的联系人")
    first = before.input_value()

    asked: list[Route] = []
    page.route("**/preview/", lambda route: asked.append(route))
    with page.expect_request("**/preview/"):
        pick(page, "customer", "liuhe", "太仓浏河医院")
    field["bank_account"].focus()
    field["bank_account"].evaluate("field => (field.value = '622')")  # just typed, and not sent yet
    asked[0].continue_()
    page.unroute("**/preview/")
    expect(field["invoice_title"]).to_have_value("太仓浏河医院")
    expect(page.locator("[name=contact-text]")).to_have_value("浏河医院的联系人")
    expect(field["bank_account"]).to_have_value("622")
    expect(before).to_have_value(first)  # or what was typed would pass for what was brought
    field["bank_account"].press_sequentially("2")
    expect(before).not_to_have_value(first)
    expect(field["bank_account"]).to_have_value("6222")


def test_all_of_it_works_without_javascript(person, goods) -> None:
    page = person("qiuzhiyuan", DESKTOP, javascript=False)
    page.goto(NEW)
    page.locator("[name=name]").fill("彩超采购合同")
    page.locator("[name='customer-text']").fill("苏州星塘医院")
    page.locator("[name='lines-0-product-text']").fill("UD-820")
    page.locator("[value='lines:add']").click()
    first = page.locator("[name='lines-0-product-text']")
    expect(first).to_have_value("UD-820 彩色多普勒超声诊断仪")
    page.locator("[name='lines-1-product-text']").fill("PM-12")
    page.locator("noscript button, [formaction]").filter(has_text="重新计算").click()
    expect(page.locator(".ld-bar output[name=gross]")).to_have_text("¥698,500.00")
    line(page, 0, "quantity").fill("2")
    page.locator("[value='lines:add']").click()
    expect(line(page, 0, "gross")).to_have_value("1360000")
    line(page, 0, "gross").fill("1200000")
    page.locator("[value='lines:add']").click()
    line(page, 1, "quantity").fill("2")
    page.locator("[value='lines:add']").click()
    expect(line(page, 0, "rate")).to_have_value("88.2353")
    expect(page.locator(".ld-bar output[name=gross]")).to_have_text("¥1,237,000.00")
    page.locator("[value='lines:remove:0']").click()
    expect(first).to_have_value("PM-12 多参数监护仪")
    page.locator("[name='instalments-0-label']").fill("全款")
    page.locator("[name='instalments-0-percent']").fill("100")
    page.locator("[data-key='ctrl+s']").click()
    assert [row.product.code for row in SalesContract.objects.get().lines.all()] == ["PM-12"]
    page.goto("/contracts/sales-contracts/?q=彩超")
    expect(page.locator("tbody tr")).to_have_count(1)
