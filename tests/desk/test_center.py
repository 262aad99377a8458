"""The approval center over HTTP: lists, the document, deciding, and what each page costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.parameters.services import set_parameter
from apps.desk.models import OpinionDraft, Phrase
from apps.desk.views import home
from apps.people.parameters import WITHDRAW_LATE
from engine import tasks
from engine.models import HumanTask, ProcessInstance, TaskState
from tests.core.conftest import task_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(company: dict[str, int], signed_in: Callable[..., Client]) -> Callable[[str], Client]:
    """`page("shanlina")`: a browser of that user."""
    return signed_in


def counted(client: Client, address: str, **headers: str) -> int:
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers=headers).status_code == 200
    return len(queries)


def titles(client: Client, **query: str) -> list[str]:
    listing = client.get("/approvals/", query).context["listing"]
    return [item.title for item in listing.items]


@pytest.mark.parametrize("view", ["todo", "claim", "started", "copies", "done"])
def test_a_list_costs_the_same_however_long_it_is(page, submitted, company, view) -> None:
    head = page("shanlina")

    def work() -> None:
        submitted("shanlina", 5, "单丽娜的申请")
        done = task_of(submitted("qiuzhiyuan", 5))
        head.post(f"/approvals/{done.pk}/complete", {"decision": "approve"})
        task = task_of(submitted("xiexiaomei"))
        page("xiexiaomei").post(
            f"/approvals/cases/{task.instance_id}/copy", {"to": [company["shanlina"]]}
        )

    work()
    address = f"/approvals/?view={view}"
    short = counted(head, address)
    for _number in range(3):
        work()
    head.get(address)
    assert counted(head, address) == short
    assert short <= 9  # four of them are the frame: session, user, rights, what waits


def test_the_document_costs_the_same_however_long_its_list_is(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    pane = counted(head, f"/approvals/{task.pk}/", **HTMX, **{"HX-Target": "document"})
    whole = counted(head, f"/approvals/{task.pk}/")
    for _number in range(5):
        submitted("qiuzhiyuan")
    assert counted(head, f"/approvals/{task.pk}/") == whole
    assert pane <= 15
    assert whole <= 15


def test_lists_are_filtered_and_sorted(page, submitted, company) -> None:
    submitted("qiuzhiyuan", 5, "椅子")
    submitted("qiuzhiyuan", 600_000, "设备")
    submitted("xiexiaomei", 70_000, "展位 100%")
    head = page("shanlina")
    assert sorted(titles(head)) == sorted(["椅子", "设备", "展位 100%"])
    assert titles(head, sort="amount") == ["设备", "展位 100%", "椅子"]
    assert titles(head, q="展") == ["展位 100%"]
    assert titles(head, q="金额 > 50万") == ["设备"]
    assert titles(head, q="设 <= 100,000") == []
    assert titles(head, least="6", most="70000") == ["展位 100%"]
    assert titles(head, initiator=str(company["xiexiaomei"])) == ["展位 100%"]
    assert titles(head, initiator="晓梅") == ["展位 100%"]
    assert titles(head, initiator="qiuzhiyuan", sort="amount") == ["设备", "椅子"]
    assert titles(head, initiator="没有这个人") == []
    offered = head.get("/approvals/initiators/").content.decode()
    assert sorted(re.findall('value="([^"]+)"', offered)) == sorted(["仇志远", "解晓梅"])
    assert "option" not in page("zhoumin").get("/approvals/initiators/").content.decode()
    assert titles(head, queue="contracts") == []
    assert titles(head, due="overdue") == []


def test_letters_are_pinyin_or_its_initials(page, submitted) -> None:
    submitted("qiuzhiyuan", 5, "超声设备采购")
    submitted("qiuzhiyuan", 5, "Chair 椅子")
    head = page("shanlina")
    assert titles(head, q="cssb") == ["超声设备采购"]
    assert titles(head, q="Chao Sheng") == ["超声设备采购"]
    assert titles(head, q="chair") == ["Chair 椅子"]
    assert titles(head, q="yizi") == ["Chair 椅子"]
    assert titles(head, q="zzz") == []
    assert titles(head, q="cssb", sort="amount") == ["超声设备采购"]


def test_numbers_are_found(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan", 5, "椅子"))
    submitted("qiuzhiyuan", 5, "桌子")
    card = task.instance.card | {"number": "XS-203103-0017"}
    type(task.instance).objects.filter(pk=task.instance_id).update(card=card)
    assert titles(page("shanlina"), q="03-0017") == ["椅子"]
    assert titles(page("qiuzhiyuan"), view="started", q="xs-2031") == ["椅子"]


def test_what_is_over_can_be_searched(page, submitted, company) -> None:
    head = page("shanlina")
    for subject in ("椅子", "桌子"):
        task = task_of(submitted("qiuzhiyuan", 5, subject))
        address = f"/approvals/cases/{task.instance_id}/copy"
        page("qiuzhiyuan").post(address, {"to": [company["zhoumin"]]})
        head.post(f"/approvals/{task.pk}/complete", {"decision": "approve"})
    for user, view in (("shanlina", "done"), ("qiuzhiyuan", "started"), ("zhoumin", "copies")):
        reader = page(user)
        assert sorted(titles(reader, view=view)) == sorted(["椅子", "桌子"])
        assert titles(reader, view=view, q="椅") == ["椅子"]
        assert titles(reader, view=view, q="%") == []
        text = reader.get("/approvals/", {"view": view, "q": "凳"}).content.decode()
        assert "没有符合条件" in text or "筛选" in text


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "\x00", "sort": "amount"},
        {"queue": "\x00", "q": "\x00'\"><script>"},
        {"sort": "nothing", "due": "never", "least": "NaN", "most": "1e999", "initiator": "9" * 40},
        {"view": "started", "cursor": "9" * 40},
        {"view": "copies", "cursor": "9" * 40},
        {"view": "done", "cursor": "2026-11-23"},
        {"view": "done", "since": "0001-01-01", "until": "9999-12-31", "process": "\x00"},
        {"view": "started", "since": "yesterday", "state": "nothing", "process": "'\"><script>"},
        {"batch": "9" * 40},
    ],
)
def test_made_up_addresses_are_no_server_error(page, submitted, query) -> None:
    submitted("qiuzhiyuan")
    assert page("shanlina").get("/approvals/", query).status_code in (200, 302)
    assert page("shanlina").get("/approvals/", {"view": "nothing"}).status_code == 404


def test_deciding_opens_the_next_one_and_says_what_comes(page, submitted) -> None:
    first, second = (task_of(submitted("qiuzhiyuan", 150_000)) for _number in range(2))
    head = page("shanlina")
    shown = head.get(f"/approvals/{first.pk}/?queue=other")
    assert shown.context["near"].next == second.pk
    done = head.post(
        f"/approvals/{first.pk}/complete?queue=other",
        {"decision": "approve", "seen_version": first.version, "next": second.pk},
        follow=True,
    )
    assert done.redirect_chain[-1][0] == f"/approvals/{second.pk}/?queue=other"
    assert "曾国强" in done.content.decode()
    first.refresh_from_db()
    assert first.state == TaskState.COMPLETED


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "document"}])
def test_an_open_document_tells_where_it_stands_in_the_list(page, submitted, headers) -> None:
    first, second = (task_of(submitted("qiuzhiyuan", 150_000)) for _number in range(2))
    head = page("shanlina")
    assert "1 / 2" in head.get(f"/approvals/{first.pk}/", headers=headers).content.decode()
    assert "2 / 2" in head.get(f"/approvals/{second.pk}/", headers=headers).content.decode()


def test_what_htmx_fetches_after_a_decision_tells_the_new_counts(page, submitted) -> None:
    first = task_of(submitted("qiuzhiyuan"))
    submitted("xiexiaomei")
    head = page("shanlina")
    answer = head.post(
        f"/approvals/{first.pk}/complete",
        {"decision": "approve"},
        headers={**HTMX, "HX-Target": "approvals"},
        follow=True,
    ).content.decode()
    assert re.search(r'id="count-desk-approvals" hx-swap-oob="true">1<', answer)
    assert re.search(r'id="tab-count-desk-approvals" hx-swap-oob="true">1<', answer)
    assert 'id="bell" hx-swap-oob' in answer
    assert "<html" not in answer
    whole = head.get("/approvals/").content.decode()
    for place in ("count-desk-approvals", "tab-count-desk-approvals", "bell"):
        assert whole.count(f'id="{place}"') == 1


def test_who_comes_second_reads_who_was_first_and_keeps_the_opinion(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    head.post(f"/approvals/{task.pk}/complete", {"decision": "approve"})
    late = head.post(
        f"/approvals/{task.pk}/complete",
        {"decision": "return", "opinion": "价格太高", "seen_version": task.version},
    )
    assert late.status_code == 409
    assert "单丽娜" in late.context["trouble"].message
    assert "价格太高" in late.content.decode()


def test_the_forecast_is_what_the_process_then_does(page, submitted) -> None:
    """General manager above 100,000."""
    task = task_of(submitted("qiuzhiyuan", 150_000))
    head = page("shanlina")
    chain = head.get(f"/approvals/{task.pk}/").context["chain"]
    assert [node.look for node in chain] == ["done", "now", "next", "next"]
    assert "单丽娜" in chain[1].title
    assert chain[2].title == "曾国强"
    head.post(f"/approvals/{task.pk}/complete", {"decision": "approve"})
    then = HumanTask.objects.get(instance=task.instance_id, state=TaskState.RESERVED)
    chain = page("zengguoqiang").get(f"/approvals/{then.pk}/").context["chain"]
    assert [node.look for node in chain] == ["done", "done", "now", "next"]
    assert chain[1].title == "单丽娜"


def test_what_has_changed_since_it_was_seen_is_marked_until_it_is_decided(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan", 5, "椅子"))
    head, initiator = page("shanlina"), page("qiuzhiyuan")
    assert not head.get(f"/approvals/{task.pk}/").context["changes"]
    head.post(f"/approvals/{task.pk}/complete", {"decision": "return", "opinion": "太多"})
    revise = HumanTask.objects.get(instance=task.instance_id, state=TaskState.RESERVED)
    changed = {"decision": "resubmit", "subject": "椅子", "amount": "4", "text": "少买"}
    assert initiator.post(f"/approvals/{revise.pk}/complete", changed).status_code == 302
    again = HumanTask.objects.get(instance=task.instance_id, state=TaskState.RESERVED)
    for _time in range(2):  # looking at it doesn't make it old
        shown = head.get(f"/approvals/{again.pk}/")
        assert shown.context["changes"].values == {"amount": "¥5.00", "text": "用于新同事"}
        assert "¥5.00</del>" in shown.content.decode()


def test_a_draft_and_phrases(page, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    head.post("/approvals/phrases/", {"text": " 同意，按合同执行。 "})
    (phrase,) = Phrase.objects.all()
    kept = head.post(f"/approvals/{task.pk}/draft", {"opinion": "价格可以", "phrase": phrase.text})
    assert kept.status_code == 302
    assert head.get(f"/approvals/{task.pk}/").context["opinion"] == "价格可以 同意，按合同执行。"
    typed = head.post(f"/approvals/{task.pk}/draft", {"opinion": "好"}, headers=HTMX)
    assert typed.status_code == 200
    assert page("zhoumin").post(f"/approvals/{task.pk}/draft", {"opinion": "x"}).status_code == 404
    head.post(f"/approvals/{task.pk}/complete", {"decision": "approve", "opinion": "好"})
    assert not OpinionDraft.objects.exists()
    page("zhoumin").post("/approvals/phrases/", {"remove": phrase.pk})
    assert Phrase.objects.count() == 1
    head.post("/approvals/phrases/", {"remove": phrase.pk})
    assert not Phrase.objects.exists()
    assert head.post("/approvals/phrases/", {"text": ""}).status_code == 422


@pytest.mark.parametrize(
    ("view", "own"), [("done", {"process", "decision"}), ("started", {"process", "state"})]
)
def test_lists_of_the_past_are_narrowed_by_what_they_offer_alone(
    page, submitted, view, own
) -> None:
    """What another list offers is applied nowhere unseen, nor is a text taken for an amount."""
    initiator, head = page("qiuzhiyuan"), page("shanlina")
    task = task_of(submitted("qiuzhiyuan", 5, "功率>3kW的样机"))
    head.post(f"/approvals/{task.pk}/complete", {"decision": "approve"})
    reader = head if view == "done" else initiator
    assert titles(reader, view=view, q="功率>3kW") == ["功率>3kW的样机"]
    assert titles(reader, view=view, q="功率>4kW") == []
    others = {"process", "decision", "state"} - own
    filters = {"least": "999", "due": "overdue", "initiator": "周敏", "risk": "arrears"}
    filters |= dict.fromkeys(others, "rejected")
    answer = reader.get("/approvals/", {"view": view, **filters})
    assert [item.title for item in answer.context["listing"].items] == ["功率>3kW的样机"]
    assert answer.context["query"] == f"view={view}"
    text = answer.content.decode()
    assert not any(f'name="{name}"' in text for name in (*filters, "sort"))
    assert all(f'name="{name}"' in text for name in (*own, "since", "until"))


@pytest.fixture
def past(page, submitted, company) -> Callable[[str, str, str], None]:
    """`past("椅子", "approve", "2031-03-05")`: 仇志远 submitted it, 单丽娜 decided, both at noon of
    that day."""

    def happen(subject: str, decision: str, day: str) -> None:
        task = task_of(submitted("qiuzhiyuan", 5, subject))
        noon = timezone.make_aware(datetime.fromisoformat(f"{day}T12:00"))
        sent = {"decision": decision, "opinion": "说明"}
        page("shanlina").post(f"/approvals/{task.pk}/complete", sent)
        HumanTask.objects.filter(pk=task.pk).update(ended_at=noon)
        ProcessInstance.objects.filter(pk=task.instance_id).update(started_at=noon)

    return happen


def test_what_was_decided_is_found_by_process_decision_and_day(page, past) -> None:
    past("椅子", "approve", "2031-03-04")
    past("桌子", "reject", "2031-03-05")
    past("柜子", "return", "2031-03-06")
    head = page("shanlina")

    def done(**query: str) -> list[str]:
        return titles(head, view="done", **query)

    assert done() == ["柜子", "桌子", "椅子"]
    assert done(decision="reject") == ["桌子"]
    assert done(decision="nonsense") == []
    assert done(process="general_request") == done()
    assert done(process="contract_approval") == []
    assert done(since="2031-03-05") == ["柜子", "桌子"]
    assert done(until="2031-03-05") == ["桌子", "椅子"]
    assert done(since="2031-03-05", until="2031-03-05", decision="reject", q="桌") == ["桌子"]
    choices = head.get("/approvals/", {"view": "done", "decision": "reject"}).context["choices"]
    offered = {choice.name: dict(choice.options) for choice in choices}
    assert offered["process"] == {"general_request": "事项申请"}
    assert list(offered["decision"].values())[:3] == ["通过", "拒绝", "退回经办人"]
    assert [choice.value for choice in choices] == ["", "reject"]


def test_what_was_submitted_is_found_by_process_state_and_day(page, past) -> None:
    past("椅子", "approve", "2031-03-04")
    past("桌子", "reject", "2031-03-05")
    past("柜子", "return", "2031-03-06")
    own = page("qiuzhiyuan")

    def started(**query: str) -> list[str]:
        return titles(own, view="started", **query)

    assert started() == ["柜子", "桌子", "椅子"]
    assert (started(state="live"), started(state="ended")) == (["柜子"], ["桌子", "椅子"])
    task = HumanTask.objects.get(subject="柜子", element="revise")
    own.post(f"/approvals/{task.pk}/complete", {"decision": "abandon", "opinion": "不用了"})
    ends = ProcessInstance.objects.values_list("card__subject", "end_event")
    assert {name: started(state=end) for name, end in ends} == {n: [n] for n, _end in ends}
    assert started(state="nonsense") == []
    choices = own.get("/approvals/", {"view": "started"}).context["choices"]
    offered = {choice.name: dict(choice.options) for choice in choices}
    assert {end for _name, end in ends} < offered["state"].keys()
    assert len(set(offered["state"].values())) == len(offered["state"])
    assert started(process="contract_approval") == []
    assert started(process="general_request", since="2031-03-05", until="2031-03-05") == ["桌子"]


def test_a_filter_of_the_past_gets_a_name_too(page, past) -> None:
    past("椅子", "approve", "2031-03-04")
    head = page("shanlina")
    head.post("/approvals/filters/?view=done&decision=reject&cursor=x", {"name": "我拒绝的"})
    (view,) = head.get("/approvals/").context["saved"]
    assert view.query == "decision=reject&view=done"
    page_of_it = head.get(f"/approvals/?{view.query}")
    assert page_of_it.context["listing"].items == []
    assert 'href="/approvals/?view=done"' in page_of_it.content.decode()


def test_a_copy_is_read_by_looking_at_it(page, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    address = f"/approvals/cases/{task.instance_id}/"
    reader = page("baixue")
    assert reader.get(address).status_code == 404
    sent = page("shanlina").post(
        f"/approvals/{task.pk}/copy", {"copy-to": [company["baixue"]], "copy-reason": "请知悉"}
    )
    assert sent.status_code == 302
    (item,) = reader.get("/approvals/?view=copies").context["listing"].items
    assert (item.unread, item.url) == (True, address)
    shown = reader.get(address)
    assert shown.context["decides"] is False
    (item,) = reader.get("/approvals/?view=copies").context["listing"].items
    assert not item.unread
    assert page("baixue").post(f"/approvals/{task.pk}/complete", {}).status_code == 403


def test_acts_ask_in_a_dialog_and_keep_what_was_typed(page, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    head = page("shanlina")
    asked = head.get(f"/approvals/{task.pk}/transfer", headers=HTMX)
    assert asked["HX-Retarget"] == "#dialog"
    assert "<html" not in asked.content.decode()
    offered = {row.username for row in asked.context["form"].fields["to"].queryset}
    assert "zhoumin" in offered and "shanlina" not in offered
    assert "<html" in head.get(f"/approvals/{task.pk}/transfer").content.decode()
    refused = head.post(
        f"/approvals/{task.pk}/transfer", {"transfer-to": "", "transfer-reason": "我出差三天"}
    )
    assert refused.status_code == 422
    assert "我出差三天" in refused.content.decode()
    given = {"transfer-to": company["zhoumin"], "seen_version": task.version}
    assert head.post(f"/approvals/{task.pk}/transfer", given).status_code == 302
    task.refresh_from_db()
    assert task.assignee == company["zhoumin"]
    assert head.get(f"/approvals/{task.pk}/nothing").status_code == 404


def test_what_may_not_be_seen_is_not_there(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    stranger = page("zhoumin")
    for address in (f"{task.pk}/", f"{task.pk}/transfer", f"cases/{task.instance_id}/"):
        assert stranger.get(f"/approvals/{address}").status_code == 404
    for address in (f"{task.pk}/complete", f"{task.pk}/draft", f"cases/{task.instance_id}/copy"):
        assert stranger.post(f"/approvals/{address}").status_code == 404
    task.refresh_from_db()
    assert task.state == TaskState.RESERVED


def saved(client: Client) -> list[str]:
    """Names of the filters that a page offers."""
    return [view.name for view in client.get("/approvals/").context["saved"]]


def test_a_filter_gets_a_name(page, submitted) -> None:
    head = page("shanlina")
    head.post("/approvals/filters/?q=%3E+50%E4%B8%87&cursor=x", {"name": "金额超 50 万"})
    (view,) = head.get("/approvals/").context["saved"]
    assert view.name == "金额超 50 万"
    assert "cursor" not in view.query
    page("zhoumin").post(f"/approvals/filters/{view.pk}/remove")
    assert len(saved(head)) == 1
    head.post(f"/approvals/filters/{view.pk}/remove")
    assert saved(head) == []


def test_a_filter_is_shared_with_ones_department(page) -> None:
    head, colleague, elsewhere = page("shanlina"), page("qiuzhiyuan"), page("zhoumin")
    head.post("/approvals/filters/?sort=amount", {"name": "金额从大到小", "share": "1"})
    (view,) = colleague.get("/approvals/").context["saved"]
    shown = colleague.get("/approvals/").content.decode()
    assert "单丽娜" in shown[shown.index("金额从大到小") :][:300]
    assert f"/approvals/filters/{view.pk}/remove" not in shown
    colleague.post(f"/approvals/filters/{view.pk}/remove")
    assert saved(head) == saved(colleague) == ["金额从大到小"]
    assert saved(elsewhere) == []
    head.post("/approvals/filters/?sort=amount", {"name": "金额从大到小"})
    assert saved(colleague) == []


def test_the_first_page_counts_what_is_overdue_up_to_a_limit(
    page, submitted, company, monkeypatch
) -> None:
    now = timezone.now()
    for name in ("qiuzhiyuan", "xiexiaomei"):
        late = task_of(submitted(name))
        tasks.set_dates(late.pk, user=company["shanlina"], due_at=now - timedelta(hours=1))
    monkeypatch.setattr(home, "SHOWN", 1)
    monkeypatch.setattr(home, "COUNTED", 2)
    assert "件已超时" in page("shanlina").get("/").content.decode()
    assert "2+" not in page("shanlina").get("/").content.decode()
    monkeypatch.setattr(home, "COUNTED", 1)
    assert "1+ 件已超时" in page("shanlina").get("/").content.decode()


def test_the_first_page_begins_with_what_is_overdue(page, submitted, company) -> None:
    late, later = task_of(submitted("qiuzhiyuan")), task_of(submitted("xiexiaomei"))
    now = timezone.now()
    tasks.set_dates(late.pk, user=company["shanlina"], due_at=now - timedelta(hours=1))
    tasks.set_dates(later.pk, user=company["shanlina"], due_at=now + timedelta(days=9))
    shown = page("shanlina").get("/")
    groups = [(tone, [item.id for item in items]) for tone, _head, items in shown.context["groups"]]
    assert groups == [("overdue", [late.pk]), ("later", [later.pk])]
    assert shown.context["late"] == 1
    assert page("baixue").get("/").context["groups"] == []
    assert counted(page("shanlina"), "/") <= 15  # lists, and the cards of sales


def test_withdrawing_is_offered_as_long_as_it_is_possible(page, submitted, company) -> None:
    task = task_of(submitted("qiuzhiyuan", 600_000))
    address = f"/instances/{task.instance_id}/"

    def offered(username: str) -> bool:
        return f"{address}withdraw" in page(username).get(address).content.decode()

    assert offered("qiuzhiyuan")
    assert not offered("shanlina")
    page("shanlina").post(f"/approvals/{task.pk}/complete", {"decision": "approve"})
    assert not offered("qiuzhiyuan")
    assert "不能再撤回" in page("qiuzhiyuan").get(address).content.decode()
    set_parameter(parameter=WITHDRAW_LATE, value=True, by=company["admin"])
    assert offered("qiuzhiyuan")
