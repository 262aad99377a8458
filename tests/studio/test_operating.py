"""Looking after running cases: held, ended, mended, and what failed tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from apps.core.requests.services import submit_request
from engine import instances
from engine.models import Incident, InstanceState, Job, ProcessInstance, TrailEntry
from tests.casework import Case, deploy_drawn
from tests.engine.bpmn.diagrams import catch, chain, end, parameter, process, service, start, timer

pytestmark = pytest.mark.django_db

KEY = "general_request"
BY_TIMER = process(
    start()
    + catch("wait", timer('working("PT4H")'))
    + service("effect", "demo.effect", "outcome", parameter("amount", "amount"))
    + end()
    + chain("start", "wait", "effect", "end")
)


@pytest.fixture
def admin(company: dict[str, int], signed_in: Callable[..., Client]) -> Client:
    return signed_in("admin")


@pytest.fixture
def case(company: dict[str, int], registered) -> Case:
    """One whose service task fails for an amount below zero; it has failed for good."""

    def effect(context, *, amount: int) -> str:
        if amount < 0:
            raise RuntimeError("没有库存")
        return "done"

    registered.operation("demo.effect", effect)
    deploy_drawn(BY_TIMER)
    began = timezone.now() - timedelta(days=30)  # the pages go by the clock
    found = Case(company, "process", by="qiuzhiyuan", amount=-1, now=began)
    for _try in range(3):
        found.pass_time(days=5)
    return found


def state(case: Case) -> InstanceState:
    return InstanceState(ProcessInstance.objects.get(pk=case.id).state)


def said(page) -> str:
    return page.content.decode()


def test_the_list_tells_of_each_incident_its_case_its_step_and_its_cause(admin, case) -> None:
    (row,) = admin.get("/processes/incidents/").context["rows"]
    assert (row.row.message, row.what) == ("没有库存", "定时")
    assert (row.subject, row.step) == (case.row.business_key, "自动")
    page = admin.get("/")
    assert "异常" in said(page)  # in the menu, with how many there are


def test_data_is_mended_and_what_failed_is_tried_again(admin, case) -> None:
    address = f"/processes/cases/{case.id}/"
    assert "没有库存" in said(admin.get(address))
    assert 'name="value"' in said(admin.get(f"{address}?name=amount"))
    wrong = admin.post(f"{address}data", {"name": "amount", "value": "x", "reason": "错了"})
    assert wrong.status_code == 422
    assert "JSON" in said(wrong)
    without = admin.post(f"{address}data", {"name": "amount", "value": "1", "reason": ""})
    assert without.status_code == 422
    mended = {"name": "amount", "value": "1", "reason": "数量写错了"}
    page = admin.post(f"{address}data", mended, follow=True)
    assert "现在可以重试失败的步骤" in said(page)
    (entry,) = TrailEntry.objects.filter(instance=case.id, event="variables.set")
    assert entry.data["reason"] == "数量写错了"
    incident = Incident.objects.get()
    admin.post("/processes/incidents/retry", {"incident": incident.pk, "case": case.id})
    case.until(timezone.now())
    assert case.ended("end", "done")
    (row,) = admin.get("/processes/incidents/?state=resolved").context["rows"]
    assert (row.how, row.by) == ("重试", "系统管理员")


def test_what_failed_is_skipped(admin, case) -> None:
    incident = Incident.objects.get()
    page = admin.post(f"/processes/incidents/{incident.pk}/skip", follow=True)
    assert "已跳过" in said(page)
    assert state(case) == InstanceState.COMPLETED
    assert admin.post(f"/processes/incidents/{incident.pk}/skip").status_code == 409


def test_trying_again_what_is_resolved_says_so(admin, case) -> None:
    incident = Incident.objects.get()
    admin.post(f"/processes/incidents/{incident.pk}/skip")
    page = admin.post("/processes/incidents/retry", {"incident": incident.pk}, follow=True)
    assert "已经解决" in said(page) or "已解决" in said(page)
    nothing = admin.post("/processes/incidents/retry", follow=True)
    assert "请先选择" in said(nothing)


def test_a_case_is_held_and_goes_on(admin, case) -> None:
    address = f"/processes/cases/{case.id}/"
    assert admin.post(f"{address}suspend", {"reason": ""}).status_code == 422
    page = admin.post(f"{address}suspend", {"reason": "核实中"}, follow=True)
    assert state(case) == InstanceState.SUSPENDED
    assert [code for code, *_rest in page.context["steering"]] == ["resume", "terminate"]
    listed = admin.get("/processes/cases/?state=suspended").context["rows"]
    assert [one["row"].pk for one in listed] == [case.id]
    assert admin.post(f"{address}suspend", {"reason": "又一次"}).status_code == 409
    admin.post(f"{address}resume", {"reason": ""})
    assert state(case) == InstanceState.ACTIVE


def test_a_case_is_ended_with_its_incident(admin, case) -> None:
    address = f"/processes/cases/{case.id}/"
    page = admin.post(f"{address}terminate", {"reason": "不再需要"}, follow=True)
    assert state(case) == InstanceState.TERMINATED
    assert page.context["steering"] == []
    assert not Job.objects.filter(instance=case.id).exists()
    assert admin.get("/processes/incidents/").context["rows"] == []
    assert [
        one["row"].pk for one in admin.get("/processes/cases/?state=ended").context["rows"]
    ] == [case.id]


def test_approvers_read_that_a_case_is_held(admin, company, signed_in) -> None:
    started = submit_request(
        user=company["qiuzhiyuan"], subject="差旅", amount=Decimal(10), text=""
    )
    instances.suspend(started.instance, by=company["admin"], reason="核实中")
    page = signed_in("qiuzhiyuan").get(f"/instances/{started.instance}/")
    assert "已挂起，恢复后才能处理" in said(page)
    assert "/processes/cases/" not in said(page)


def test_nothing_new_starts_of_a_suspended_process(admin) -> None:
    address = f"/processes/definitions/{KEY}/"
    page = admin.post(f"{address}suspend", follow=True)
    assert page.context["newest"].suspended
    page = admin.post(f"{address}resume", follow=True)
    assert not page.context["newest"].suspended
    assert admin.post("/processes/definitions/none/suspend").status_code == 404


def test_pages_stay_within_the_questions_that_a_page_may_ask(
    admin, case, django_assert_max_num_queries
) -> None:
    for address in (
        "/processes/cases/",
        f"/processes/cases/{case.id}/",
        "/processes/incidents/",
    ):
        with django_assert_max_num_queries(15):
            assert admin.get(address).status_code == 200
