"""A sales contract from the first key to its taking effect, and a morning's batch of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.contracts.models import SalesContract
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from engine import instances, tasks
from engine.models import HumanTask, ProcessInstance, TaskState
from tests.browser.conftest import PHONE, Person, log_in, pick
from tests.contracts.factories import line, make_contract, make_customer, make_product, rights
from tests.kinds.factories import make

Keep = Callable[[Page, str], None]

NAME = "星塘医院彩超与监护设备采购"
REASON = "招标项目，竞品报价更低，后续有耗材订单"
RETURNED = "监护仪低于底价过多，请与医院再议"


@pytest.fixture
def goods(company: dict[str, int]) -> None:
    """Three products, one of them with a floor price, and a customer of 仇志远."""
    for code, name, price, floor in (
        ("UD-820", "彩色多普勒超声诊断仪", "680000", ""),
        ("PM-12", "多参数监护仪", "18500", "16000"),
        ("CG-5", "医用耦合剂", "120", ""),
    ):
        given = {"code": code, "name": name, "standard_price": price, "floor_price": floor}
        make("catalog.product", **given)
    make("sales.customer", name="苏州星塘医院")


def cell(page: Page, row: int, field: str):
    return page.locator(f"[name='lines-{row}-{field}']")


def total(page: Page):
    return page.locator(".ld-bar output[name=gross]")


def stays_inside(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def fill_in(page: Page) -> None:
    """Three lines over 500,000; the monitors go under their floor price."""
    today = timezone.localdate()
    page.goto("/contracts/sales-contracts/new/")
    page.locator("[name=name]").fill(NAME)
    pick(page, "customer", "xingtang", "苏州星塘医院")
    page.locator("[name=signed_on]").fill(today.isoformat())
    page.locator("[name=ends_on]").fill((today + timedelta(days=365)).isoformat())
    for row, (code, name, quantity) in enumerate(
        (
            ("UD-820", "彩色多普勒超声诊断仪", "1"),
            ("PM-12", "多参数监护仪", "4"),
            ("CG-5", "医用耦合剂", "50"),
        )
    ):
        pick(page, f"lines-{row}-product", code, f"{code} {name}")
        expect(cell(page, row, "offer")).not_to_have_value("")
        cell(page, row, "quantity").fill(quantity)
    expect(total(page)).to_have_text("¥760,000.00")
    cell(page, 1, "rate").fill("70")
    expect(total(page)).to_have_text("¥737,800.00")
    page.locator("[name='instalments-0-label']").fill("全款")
    page.locator("[name='instalments-0-percent']").fill("100")
    expect(page.locator("[name='instalments-0-amount']")).to_have_value("737800")


def open_case(page: Page) -> None:
    """What waits in the approval center: it opens by itself where there is room beside the list."""
    page.goto("/approvals/?queue=contracts")
    if page.viewport_size == PHONE:
        page.get_by_role("link", name="苏州星塘医院").first.click()
    expect(page.locator("#document")).to_contain_text(NAME)


def decide(page: Page, decision: str, opinion: str, said: str) -> None:
    page.locator("#opinion").fill(opinion)
    page.locator(f"#document button[value={decision}]").click()
    expect(page.locator(".toast")).to_contain_text(said)


@pytest.mark.usefixtures("goods")
def test_a_contract_is_made_sent_back_revised_approved_and_takes_effect(
    person: Person, picture: Keep
) -> None:
    seller = person("qiuzhiyuan")
    fill_in(seller)
    submit = seller.locator("[data-key='ctrl+enter']")
    submit.click()  # under the floor price without a reason
    expect(seller.locator("#errors")).to_contain_text("16,000")
    expect(total(seller)).to_have_text("¥737,800.00")
    picture(seller, "1-reason-missing")
    cell(seller, 1, "reason").fill(REASON)
    picture(seller, "2-form")
    submit.click()
    expect(seller.locator(".ld-wait")).to_contain_text("单丽娜")
    contract = SalesContract.objects.get()
    address = f"/contracts/sales-contracts/{contract.pk}/"
    assert (contract.gross, contract.under_floor) == (Decimal(737_800), True)
    assert contract.state == ApprovalState.SUBMITTED

    head = person("shanlina", PHONE)
    open_case(head)
    expect(head.locator("#document")).to_contain_text("¥737,800.00")
    expect(head.locator("#document")).to_contain_text(REASON)
    stays_inside(head)
    picture(head, "4-phone")
    decide(head, "approve", "价格可以接受", "周敏")

    finance = person("zhoumin")
    open_case(finance)
    picture(finance, "5-finance")
    finance.locator("#document button[value=return]").click()
    expect(finance.locator("#opinion-error")).to_be_visible()
    decide(finance, "return", RETURNED, "仇志远")

    seller.goto(address)
    expect(seller.locator("main")).to_contain_text(RETURNED)
    seller.goto(f"{address}edit/")
    expect(seller.locator("#form-body")).to_contain_text(RETURNED)
    cell(seller, 1, "rate").fill("80")
    expect(total(seller)).to_have_text("¥745,200.00")
    seller.locator("[data-key='ctrl+enter']").click()
    expect(seller.locator(".ld-wait")).to_contain_text("单丽娜")

    open_case(head)
    changes = head.locator("#document .ld-changed")
    expect(changes.filter(has_text="¥745,200.00").first).to_be_visible()
    picture(head, "7-changed")
    stays_inside(head)
    decide(head, "approve", "同意", "周敏")
    open_case(finance)
    decide(finance, "approve", "已与医院核实", "曾国强")
    manager = person("zengguoqiang")
    open_case(manager)
    assert SalesContract.objects.get().state == ApprovalState.SUBMITTED
    decide(manager, "approve", "同意，尽快发货", "已通过")

    contract.refresh_from_db()
    assert contract.state == ApprovalState.APPROVED
    assert contract.effective_on == timezone.localdate()
    assert contract.instalments.get().open_since is not None
    everybody_said_it(seller, contract, picture)


@pytest.mark.usefixtures("goods")
def test_what_was_sent_after_the_session_had_ended_comes_back(
    person: Person, picture: Keep
) -> None:
    seller = person("qiuzhiyuan")
    fill_in(seller)
    seller.context.clear_cookies()
    seller.locator("[data-key='ctrl+s']").click()
    expect(seller).to_have_url(re.compile("/login/"))
    assert not SalesContract.objects.exists()

    log_in(seller, "qiuzhiyuan")
    seller.wait_for_url(re.compile(r"/contracts/sales-contracts/new/$"))  # back to the form
    expect(seller.locator("#restored")).to_be_visible()
    expect(cell(seller, 2, "quantity")).to_have_value("50")
    expect(total(seller)).to_have_text("¥737,800.00")
    picture(seller, "1-restored")
    seller.locator("[data-key='ctrl+s']").click()
    expect(seller.locator(".ld-page-head")).to_contain_text("草稿")
    assert SalesContract.objects.get().gross == Decimal(737_800)
    seller.goto("/contracts/sales-contracts/new/")
    expect(seller.locator("#restored")).to_be_hidden()
    expect(seller.locator("[name=name]")).to_have_value("")


@pytest.mark.usefixtures("goods")
def test_what_came_back_is_discarded_and_what_was_answered_never_comes(
    person: Person, picture: Keep
) -> None:
    seller = person("qiuzhiyuan")
    new = "/contracts/sales-contracts/new/"
    fill_in(seller)
    seller.locator("[name=name]").fill("")
    seller.locator("[data-key='ctrl+s']").click()
    expect(seller.locator("#errors")).to_be_visible()
    expect(cell(seller, 2, "quantity")).to_have_value("50")
    seller.goto(new)
    expect(seller.locator("#form-body")).to_be_visible()
    expect(seller.locator("#restored")).to_be_hidden()
    expect(cell(seller, 2, "quantity")).to_have_count(0)

    fill_in(seller)
    seller.context.clear_cookies()
    seller.locator("[data-key='ctrl+s']").click()
    expect(seller).to_have_url(re.compile("/login/"))
    log_in(seller, "qiuzhiyuan")
    seller.goto(new)
    expect(cell(seller, 2, "quantity")).to_have_value("50")
    stays_inside(seller)
    seller.set_viewport_size(PHONE)
    stays_inside(seller)
    picture(seller, "1-phone")
    seller.locator("#discard").click()
    expect(seller.locator("#restored")).to_be_hidden()
    expect(seller.locator("[name=name]")).to_have_value("")
    seller.goto(new)
    expect(seller.locator("#restored")).to_be_hidden()
    assert not SalesContract.objects.exists()


def everybody_said_it(page: Page, contract: SalesContract, picture: Keep) -> None:
    """Page, trail, diagram and print of a contract in force tell how it came to that."""
    address = f"/contracts/sales-contracts/{contract.pk}/"
    page.goto(address)
    expect(page.locator(".ld-page-head")).to_contain_text("生效中")
    expect(page.locator(".ld-wait")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("柒拾肆万伍仟贰佰元整")
    picture(page, "9-in-force")
    said = ("价格可以接受", RETURNED, "已与医院核实", "同意，尽快发货")
    page.goto(f"{address}?tab=trail")
    trail = page.locator(".timeline")
    for opinion in said:
        expect(trail).to_contain_text(opinion)

    case = ProcessInstance.objects.get(business_key__endswith=f":{contract.pk}")
    page.goto(f"/instances/{case.pk}/")
    expect(page.locator("ld-diagram[data-ready]")).to_be_visible()
    for passed in ("revise", "returned", "take_effect", "end_approved"):
        drawn = page.locator(f"ld-diagram [data-element-id={passed}]")
        expect(drawn).to_have_class(re.compile("ld-done"))
    expect(page.locator(".ld-token")).to_have_count(0)
    picture(page, "11-diagram")

    page.goto(f"{address}print/")
    for text in (contract.number, NAME, "¥745,200.00", *said, "曾国强"):
        expect(page.locator("body")).to_contain_text(text)
    picture(page, "12-print")


def test_twenty_contracts_in_a_batch_of_which_two_are_blocked(
    person: Person, company: dict[str, int], picture: Keep
) -> None:
    customer, product = make_customer(), make_product("PM-12", 18_500, name="多参数监护仪")
    waiting: list[int] = []
    for number in range(1, 21):
        contract = make_contract(line(product, number), customer=customer, name=f"监护仪{number}台")
        seller = rights("qiuzhiyuan")
        submitted = submit_document(kind=kind_of(SalesContract), pk=contract.pk, rights=seller)
        waiting += submitted.opened
    page = person("shanlina")
    page.goto("/approvals/?queue=contracts")
    expect(page.locator(".ld-item")).to_have_count(20)
    # Meanwhile one is passed on and decided by somebody else, and the case of another is stopped.
    tasks.transfer(waiting[3], to=company["zhoumin"], by=company["shanlina"])
    tasks.complete(waiting[3], user=company["zhoumin"], decision="approve")
    stopped = HumanTask.objects.get(pk=waiting[7]).instance_id
    instances.suspend(stopped, by=company["admin"], reason="合同文本待核")

    page.locator("[data-ld-all]").check()
    expect(page.locator("[data-ld-count]")).to_have_text("20")
    page.locator("#choose button[value=approve]").click()
    rows = page.locator("#dialog tbody tr")
    expect(rows).to_have_count(20)
    expect(page.locator("#dialog tbody .ti-ban")).to_have_count(2)
    expect(rows.filter(has_text="周敏").filter(has=page.locator(".ti-ban"))).to_have_count(1)
    picture(page, "1-checked")
    page.locator("#batch-opinion").fill("同意")
    page.locator("#dialog .btn-primary").click()
    expect(page.locator("#dialog .ti-download")).to_be_visible()
    expect(page.locator("#dialog tbody .ti-circle-check")).to_have_count(18)
    expect(page.locator("#dialog tbody .ti-ban")).to_have_count(2)
    picture(page, "2-result")
    decided = HumanTask.objects.filter(pk__in=waiting, state=TaskState.COMPLETED)
    assert set(waiting) - set(decided.values_list("pk", flat=True)) == {waiting[7]}
    assert SalesContract.objects.filter(state=ApprovalState.SUBMITTED).exists()
    page.locator("#dialog a", has_text="继续处理未完成的").click()
    expect(page.locator("[name=task]:checked")).to_have_count(1)
