"""Looking after running cases: held, ended, mended, and what failed tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.core.access.actions import EVERYONE, Action
from apps.core.access.defaults import sync_grants
from apps.core.access.models import RoleGrant
from apps.core.inbox import wording
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from apps.core.operating import CASES
from apps.core.requests.services import submit_request
from engine import incidents, instances
from engine.models import Incident, InstanceState, Job, ProcessInstance, TrailEntry
from tests.casework import Case, deploy_drawn
from tests.contracts.factories import line, make_contract, make_product, rights
from tests.engine.bpmn.diagrams import catch, chain, end, parameter, process, service, start, timer

pytestmark = pytest.mark.django_db

KEY = "general_request"
BY_TIMER = process(
    start()
    + catch("wait", timer('calendar("PT4H")'))
    + service("effect", "demo.effect", "outcome", parameter("amount", "amount"))
    + end()
    + chain("start", "wait", "effect", "end")
)

FACTS = {"amount": Decimal("99.50"), "lines": [{"rate": Decimal("0.13"), "on": date(2026, 3, 2)}]}


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
    return failed(company)


def failed(company: dict[str, int], number: int = 17) -> Case:
    began = timezone.now() - timedelta(days=30)  # the pages go by the clock
    about = {"business_key": f"contracts.salescontract:{number}", "now": began}
    return fail(Case(company, "process", by="qiuzhiyuan", amount=-1, facts=FACTS, **about))


def fail(case: Case) -> Case:
    """It is tried until that is given up."""
    for _try in range(3):
        case.pass_time(days=5)
    return case


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


def offered(client: Client, case: Case, name: str, **typed: str) -> dict[str, str]:
    """The form of one variable as the page offers it, with what is typed into it."""
    page = client.get(address(case), {"name": name})
    sent = {"name": name, "seen": page.context["seen"], "value": page.context["typed"]}
    return {**sent, "reason": "数量写错了", **typed}


def address(case: Case) -> str:
    return f"/processes/cases/{case.id}/"


def test_data_is_mended_and_what_failed_is_tried_again(admin, case) -> None:
    assert "没有库存" in said(admin.get(address(case)))
    assert 'name="value"' in said(admin.get(address(case), {"name": "amount"}))
    mended = offered(admin, case, "amount", value="1")
    page = admin.post(f"{address(case)}data", mended, follow=True)
    assert "现在可以重试失败的步骤" in said(page)
    (entry,) = TrailEntry.objects.filter(instance=case.id, event="variables.set")
    assert entry.data["reason"] == "数量写错了"
    incident = Incident.objects.get()
    admin.post("/processes/incidents/retry", {"incident": incident.pk, "case": case.id})
    case.until(timezone.now())
    assert case.ended("end", "done")
    (row,) = admin.get("/processes/incidents/?state=resolved").context["rows"]
    assert (row.how, row.by) == ("重试", "系统管理员")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"value": "x"}, "JSON"),
        ({"value": '"\\ud800"'}, "JSON"),
        ({"value": "[" * 5000 + "]" * 5000}, "JSON"),
        ({"value": "1" * 25}, "整数过大"),
        ({"value": '"much"'}, "类型"),
        ({"value": "true"}, "类型"),
        ({"value": "1", "reason": "  "}, "必填"),
    ],
)
def test_what_cannot_be_saved_is_told_and_stays_in_the_form(admin, case, typed, told) -> None:
    page = admin.post(f"{address(case)}data", offered(admin, case, "amount", **typed))
    assert page.status_code == 422
    assert told in said(page)
    assert page.context["typed"] == typed["value"]
    assert case.variables()["amount"] == -1


def test_values_inside_of_a_mended_one_keep_their_types(admin, case) -> None:
    unchanged = offered(admin, case, "facts")
    assert admin.post(f"{address(case)}data", unchanged).status_code == 302
    assert case.variables()["facts"] == FACTS
    sent = offered(admin, case, "facts")
    sent["value"] = sent["value"].replace('"99.50"', "12.30").replace("03-02", "03-09")
    assert admin.post(f"{address(case)}data", sent).status_code == 302
    line = {"rate": Decimal("0.13"), "on": date(2026, 3, 9)}
    assert case.variables()["facts"] == {"amount": Decimal("12.30"), "lines": [line]}
    sent = offered(admin, case, "facts")
    sent["value"] = sent["value"].replace('"2026-03-09"', '"soon"')
    assert "soon" in said(admin.post(f"{address(case)}data", sent))
    assert case.variables()["facts"]["lines"] == [line]


def test_what_was_set_meanwhile_is_not_overwritten_unseen(admin, company, case) -> None:
    sent = offered(admin, case, "amount", value="3")
    instances.set_variables(case.id, {"amount": 2}, by=company["admin"], reason="盘点")
    again = admin.post(f"{address(case)}data", {**sent, "reason": ""})  # shows nothing new
    page = admin.post(f"{address(case)}data", {**sent, "seen": again.context["seen"]})
    assert page.status_code == 409
    assert "期间已改变" in said(page)
    assert page.context["typed"] == "3"
    assert case.variables()["amount"] == 2
    admin.post(f"{address(case)}data", {**sent, "seen": page.context["seen"]})
    assert case.variables()["amount"] == 3


def test_what_was_typed_is_shown_where_its_form_is_gone(admin, company, case) -> None:
    sent = offered(admin, case, "amount", value="3")
    gone = admin.post(f"{address(case)}data", {**sent, "name": "gone"})
    assert gone.status_code == 409
    assert "已没有变量“gone”" in said(gone)
    assert gone.context["unsaved"] == "3"
    instances.suspend(case.id, by=company["admin"], reason="核实中")
    held = admin.post(f"{address(case)}data", sent)
    assert held.status_code == 409
    assert held.context["unsaved"] == "3"
    assert not admin.get(address(case), {"name": "amount"}).context["name"]


def test_whoever_may_only_look_changes_nothing(signed_in, case, waiting) -> None:
    RoleGrant.objects.create(role=EVERYONE, kind=CASES, action=Action.VIEW)
    client, incident = signed_in("zhoumin"), Incident.objects.get()
    sent = offered(client, case, "amount", value="1", seen="-1")
    for page in (address(case), address(waiting), "/processes/cases/", "/processes/incidents/"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert 'method="post" action="/processes/' not in said(shown)
    assert address(case) in said(client.get(f"/instances/{case.id}/"))
    for act, body in (
        (f"{address(case)}data", sent),
        (f"{address(waiting)}timer", {"due_at": "2031-03-05T08:00"}),
        (f"{address(case)}suspend", sent),
        (f"{address(case)}terminate", sent),
        ("/processes/incidents/retry", {"incident": incident.pk}),
        (f"/processes/incidents/{incident.pk}/skip", {}),
    ):
        assert client.post(act, body).status_code == 403, act
    assert state(case) == InstanceState.ACTIVE
    assert case.variables()["amount"] == -1
    assert Incident.objects.get().state == Incident.State.OPEN


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
    for nothing in ({}, {"incident": "1" * 5000, "case": "1" * 5000}):
        page = admin.post("/processes/incidents/retry", nothing, follow=True)
        assert "请先选择" in said(page)


@pytest.fixture
def waiting(company: dict[str, int], case: Case) -> Case:
    """One whose timer has not fired yet."""
    return Case(company, "process", by="qiuzhiyuan", amount=1, facts=FACTS, now=timezone.now())


def test_a_waiting_timer_is_moved(admin, company, waiting) -> None:
    (timer,) = admin.get(address(waiting)).context["timers"]
    later = timezone.localtime(timezone.now() + timedelta(days=9)).replace(second=0, microsecond=0)
    sent = {"task_id": timer.task_id, "due_at": f"{later:%Y-%m-%dT%H:%M}"}
    page = admin.post(f"{address(waiting)}timer", sent, follow=True)
    (moved,) = page.context["timers"]
    assert (moved.task_id, moved.due_at) == (timer.task_id, later)
    assert f"{later:%m-%d %H:%M}" in said(page)
    (entry,) = waiting.trail("timer.moved")
    assert (entry.actor, entry.data["task"]) == (company["admin"], timer.task_id)
    told = said(admin.get(reverse("inbox:instance", args=[waiting.id])))
    assert f"将定时改到 {wording.moment(later)}" in told
    page = admin.post(
        f"{address(waiting)}timer", sent | {"due_at": "2026-01-01T08:00"}, follow=True
    )
    assert "很快会触发" in said(page)
    waiting.pass_time(minutes=1)
    assert waiting.row.state == InstanceState.COMPLETED


@pytest.mark.parametrize("due_at", ["", "tomorrow", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_timer_that_cannot_be_moved_there_stays_and_so_does_what_was_typed(
    admin, waiting, due_at
) -> None:
    (timer,) = admin.get(address(waiting)).context["timers"]
    sent = {"task_id": timer.task_id, "due_at": due_at}
    page = admin.post(f"{address(waiting)}timer", sent)
    assert page.status_code == 422
    assert page.context["timers"] == [timer]
    assert f'value="{due_at}"' in said(page)


def test_a_timer_that_has_fired_is_moved_no_more(admin, waiting) -> None:
    (timer,) = admin.get(address(waiting)).context["timers"]
    waiting.pass_time(hours=40)
    sent = {"task_id": timer.task_id, "due_at": "2031-03-05T08:00"}
    page = admin.post(f"{address(waiting)}timer", sent)
    assert page.status_code == 409
    assert page.context["unsaved"] == "2031-03-05T08:00"
    assert admin.post(f"{address(waiting)}timer", sent | {"task_id": "x"}).status_code == 422


def test_a_case_is_found_by_its_number_or_that_of_its_document(admin, company) -> None:
    sync_grants()
    contract = make_contract(line(make_product()))
    submit_document(kind=kind_of(contract), pk=contract.pk, rights=rights("qiuzhiyuan"))
    about = ProcessInstance.objects.get(business_key=contract.business_key)
    user = company["qiuzhiyuan"]
    request = submit_request(user=user, subject="差旅", amount=Decimal(10), text="")
    number = ProcessInstance.objects.get(pk=request.instance).business_key.partition(":")[2]
    instances.terminate(request.instance, by=company["admin"], reason="不再需要")

    def found(text: str, **query: str) -> set[int]:
        answer = admin.get("/processes/cases/", {"q": text, **query})
        return {one["row"].pk for one in answer.context["rows"]}

    assert found(contract.number) == found(f" {contract.number.lower()} ") == {about.pk}
    assert found(contract.business_key) == {about.pk}
    assert found(str(about.pk)) >= {about.pk}
    assert request.instance in found(f"#{number}") & found(str(request.instance))
    assert found(contract.number, process=KEY) == set()
    for text in ("XS", contract.number[:-1], "9" * 30, "²", "\x00'\"><script>"):
        assert found(text) == set()
    assert about.pk in found("#")  # nothing was typed
    row = admin.get("/processes/cases/", {"q": contract.number}).context["rows"][0]
    assert row["number"] == contract.number


def test_a_case_is_held_and_goes_on(admin, case) -> None:
    assert admin.post(f"{address(case)}suspend", {"reason": ""}).status_code == 422
    page = admin.post(f"{address(case)}suspend", {"reason": "核实中"}, follow=True)
    assert state(case) == InstanceState.SUSPENDED
    assert [code for code, *_rest in page.context["steering"]] == ["resume", "terminate"]
    listed = admin.get("/processes/cases/?state=suspended").context["rows"]
    assert [one["row"].pk for one in listed] == [case.id]
    again = admin.post(f"{address(case)}suspend", {"reason": "又一次"})
    assert again.status_code == 409
    assert again.context["unsaved"] == "又一次"
    long = admin.post(f"{address(case)}terminate", {"reason": "长" * 501})
    assert long.status_code == 422
    assert 'value="长长' in said(long)
    admin.post(f"{address(case)}resume", {"reason": ""})
    assert state(case) == InstanceState.ACTIVE


def test_a_case_is_ended_with_its_incident(admin, case) -> None:
    page = admin.post(f"{address(case)}terminate", {"reason": "不再需要"}, follow=True)
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
    page = signed_in("shanlina").get(f"/instances/{started.instance}/")
    assert "已挂起，恢复后才能处理" in said(page)
    assert "/processes/cases/" not in said(page)


def test_nothing_new_starts_of_a_suspended_process(admin) -> None:
    address = f"/processes/definitions/{KEY}/"
    page = admin.post(f"{address}suspend", follow=True)
    assert page.context["newest"].suspended
    page = admin.post(f"{address}resume", follow=True)
    assert not page.context["newest"].suspended
    assert admin.post("/processes/definitions/none/suspend").status_code == 404


def test_more_rows_ask_no_more_questions(admin, company, case) -> None:
    retry_in_vain(company, case)  # one is resolved, one is open
    lists = ("/processes/cases/", "/processes/incidents/", "/processes/incidents/?state=resolved")
    pages = (address(case), *lists)
    for page in pages:
        admin.get(page)  # what is read once for all is read
    few = [questions(admin, page) for page in pages]
    assert max(few) <= 15
    for number in (18, 19):
        retry_in_vain(company, failed(company, number))
        retry_in_vain(company, case)
    assert len(admin.get("/processes/cases/").context["rows"]) == 3
    assert [questions(admin, page) for page in pages] == few


def retry_in_vain(company: dict[str, int], case: Case) -> None:
    incident = Incident.objects.get(instance=case.id, state=Incident.State.OPEN)
    incidents.retry(incident.pk, by=company["admin"], now=case.now)
    fail(case)


def questions(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)
