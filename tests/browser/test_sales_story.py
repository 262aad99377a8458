"""A company from the yellow pages to the customer that is won, by the hands of those who do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from apps.sales.customers.models import CustomerStage
from apps.sales.models import Contact, Customer, Lead, Opportunity, SalesActivity, TargetCompany
from engine import tasks
from tests.browser.conftest import PHONE, Person
from tests.contracts.factories import line, make_contract, make_product, rights

Keep = Callable[[Page, str], None]

COMPANY = "无锡惠山康复医院"
COMPANIES = "/sales/target-companies/"
QUESTION = "预算是多少？哪一年的？"


def filled_template(page: Page, folder: Path) -> Path:
    """The template of the yellow pages with two companies, as somebody fills it in."""
    page.goto(f"{COMPANIES}import/")
    with page.expect_download() as download:
        page.locator("a[href$='/import/template/']").click()
    file = folder / "黄页.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    headings = [str(cell.value).strip(" *") for cell in sheet[1]]
    for row, given in enumerate(
        (
            {"名称": COMPANY, "联系人": "钱敏", "电话": "0510-83591234", "地区": "江苏"},
            {"名称": "无锡惠山康复 医院", "联系人": "钱敏", "电话": "0510 8359 1234"},
        ),
        start=2,
    ):
        for name, value in given.items():
            sheet.cell(row, headings.index(name) + 1, value)
    book.save(file)
    return file


def do(page: Page, name: str, **typed: str) -> None:
    """A command of the page that is open, with what its dialog asks."""
    page.goto(f"{page.url.split('?')[0]}{name}/")
    for field, value in typed.items():
        page.locator(f"main [name={field}]").fill(value)
    page.locator("main form button[type=submit].ms-auto").click()


def open_task(page: Page, queue: str) -> None:
    page.goto(f"/approvals/?queue={queue}")
    if page.viewport_size == PHONE:
        page.get_by_role("link", name=COMPANY).first.click()
    expect(page.locator("#document")).to_contain_text(COMPANY)


def decide(page: Page, decision: str, opinion: str) -> None:
    page.locator("#opinion").fill(opinion)
    page.locator(f"#document button[value={decision}]").click()
    expect(page.locator(".toast").first).to_be_visible()


def test_a_company_becomes_a_customer_that_is_won(
    person: Person, company: dict[str, int], picture: Keep, tmp_path: Path
) -> None:
    manager, seller, rival = person("shanlina"), person("xiexiaomei"), person("ouwenbin")

    # Imported by the manager: of two rows that mean the same firm, the good one.
    file = filled_template(manager, tmp_path)
    manager.locator("[name=file]").set_input_files(file)
    manager.locator("[name=mode][value=good]").check()
    manager.locator("main form button[type=submit]").click()
    expect(manager.locator("#run .alert-success")).to_be_visible(timeout=30_000)
    expect(manager.locator("#run tbody")).to_contain_text(COMPANY)
    picture(manager, "1-imported")
    target = TargetCompany.objects.get()
    address = f"{COMPANIES}{target.pk}/"

    # Claimed by one while another tries.
    rival.goto(address)
    seller.goto(address)
    seller.locator("form[action$='/claim/'] button").click()
    expect(seller.locator(".toast")).to_be_visible()
    rival.locator("form[action$='/claim/'] button").click()
    expect(rival.locator("main")).to_contain_text("解晓梅")
    picture(rival, "2-too-late")
    target.refresh_from_db()
    assert target.owner_id == company["xiexiaomei"]

    # Contacted: the visit is planned and noted.
    seller.goto(f"/sales/sales-activities/new/?company={target.pk}")
    seller.locator("[name=kind]").select_option(index=1)
    seller.locator("[name=subject]").fill("电话了解康复设备需求")
    soon = timezone.localtime() + timedelta(minutes=5)
    seller.locator("[name=planned_at]").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    expect(seller.locator("[data-key='ctrl+enter']")).to_have_count(0)  # not done yet
    seller.locator("[data-key='ctrl+s']").click()
    seller.wait_for_url(re.compile(r"/sales-activities/\d+/"))
    do(seller, "finish", outcome="院方计划明年购置两台超声")
    activity = SalesActivity.objects.get()
    assert activity.outcome
    target.refresh_from_db()
    assert target.last_contact_at is not None

    # Promoted and submitted.
    seller.goto(address)
    do(seller, "promote", need="两台便携超声，康复科用")
    lead = Lead.objects.get()
    lead_address = f"/sales/leads/{lead.pk}/"
    seller.goto(f"{lead_address}edit/")
    seller.locator("[name=contact_mobile]").fill("13861234567")
    seller.locator("[name=opportunity_name]").fill("便携超声两台")
    seller.locator("[name=opportunity_amount]").fill("360000")
    seller.locator("[data-key='ctrl+enter']").click()
    expect(seller.locator(".ld-wait")).to_contain_text("单丽娜")
    picture(seller, "3-submitted")

    # Questioned on a phone, answered, approved.
    reviewer = person("shanlina", PHONE)
    open_task(reviewer, "other")
    picture(reviewer, "4-phone")
    reviewer.locator(".ld-folded:has([name=asked]) summary").click()  # seldom needed, folded up
    reviewer.locator("[name=asked][value=budget]").check()
    decide(reviewer, "ask_more", QUESTION)
    open_task(seller, "work")
    expect(seller.locator("#document")).to_contain_text(QUESTION)
    seller.locator("#document [name=budget]").fill("380000")
    decide(seller, "resubmit", "院方已列入明年预算")
    open_task(manager, "other")
    expect(manager.locator("#document")).to_contain_text("380,000")
    picture(manager, "5-review")
    decide(manager, "approve", "需求明确，转客户")

    customer, opportunity = Customer.objects.get(), Opportunity.objects.get()
    assert (customer.stage, customer.owner_id) == (CustomerStage.IN_TALK, company["xiexiaomei"])
    assert opportunity.customer_id == customer.pk
    assert Contact.objects.get().customer_id == customer.pk
    activity.refresh_from_db()
    assert activity.customer_id == customer.pk

    # Dormant, and back to where it was.
    place = f"/sales/customers/{customer.pk}/"
    seller.goto(place)
    picture(seller, "6-customer")
    seller.goto(f"{place}dormant/")
    expect(seller.locator("main")).to_contain_text("便携超声两台")  # still open
    seller.locator("main [name=reason]").select_option(index=1)
    seller.locator("main form button[type=submit].ms-auto").click()
    expect(seller.locator(".ld-page-head")).to_contain_text("休眠")
    do(seller, "restore")
    expect(seller.locator(".ld-page-head")).to_contain_text("在谈")
    customer.refresh_from_db()
    assert customer.owner_id == company["xiexiaomei"]

    # Its first contract takes effect: won.
    contract = make_contract(
        line(make_product("UD-P", 180_000, owner="linjing")), customer=customer, by="xiexiaomei"
    )
    kind = kind_of(contract)
    result = submit_document(kind=kind, pk=contract.pk, rights=rights("xiexiaomei"))
    for approver in ("shanlina", "zhoumin"):
        result = tasks.complete(result.opened[0], user=company[approver], decision="approve")
    seller.goto(place)
    expect(seller.locator(".ld-page-head")).to_contain_text("已成交")
    picture(seller, "7-won")
