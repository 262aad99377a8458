"""Batches in the approval center."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from apps.desk import lists
from engine import batches, tasks
from engine.models import Batch, HumanTask, TaskState
from tests.core.conftest import task_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(company: dict[str, int], signed_in: Callable[..., Client]) -> Callable[[str], Client]:
    return signed_in


def choose(client: Client, chosen: list[HumanTask], decision: str = "approve"):
    boxes = [f"{task.pk}:{task.version}" for task in chosen]
    return client.post("/approvals/batches/", {"task": boxes, "decision": decision}, follow=True)


def test_a_batch_is_checked_confirmed_and_told_row_by_row(page, submitted) -> None:
    chosen = [task_of(submitted("qiuzhiyuan", 5 if n else 150_000)) for n in range(3)]
    head = page("shanlina")
    checked = choose(head, chosen)
    assert checked.context["phase"] == "REHEARSED"
    assert checked.context["progress"].passes == 3
    texts = [row.text for row in checked.context["rows"]]
    assert "曾国强" in texts[0]
    assert HumanTask.objects.filter(state=TaskState.COMPLETED).count() == 0

    head.post(f"/approvals/{chosen[2].pk}/complete", {"decision": "approve"})
    batch = Batch.objects.get()
    result = head.post(f"/approvals/batches/{batch.pk}/confirm", {"opinion": "同意"}, follow=True)
    progress = result.context["progress"]
    assert (progress.done, progress.failed) == (2, 1)
    assert "单丽娜" in result.context["rows"][0].text  # what failed comes first
    left = head.get("/approvals/", {"batch": batch.pk}).context["selected"]
    assert left == {chosen[2].pk}
    assert '"btn btn-primary" href="/approvals/?batch=' in result.content.decode()
    file = head.get(f"/approvals/batches/{batch.pk}/results.csv").content.decode("utf-8-sig")
    assert len(file.splitlines()) == 4
    again = head.post(f"/approvals/batches/{batch.pk}/confirm")
    assert again.status_code == 409


def test_a_rejection_ends_the_case_whatever_its_level(page, submitted) -> None:
    head, task = page("shanlina"), task_of(submitted("qiuzhiyuan", 150_000))  # 曾国强 comes after
    (row,) = choose(head, [task], "reject").context["rows"]
    assert row.text == "流程到此结束：已拒绝"


def test_all_that_a_list_finds_can_be_chosen_beyond_the_page(
    page, company, submitted, monkeypatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    few = [task_of(submitted("qiuzhiyuan", 5)) for _number in range(3)]
    task_of(submitted("qiuzhiyuan", 150_000))  # another amount: not among what is looked for
    task_of(submitted("zhamin", 5))  # somebody else's
    head = page("shanlina")
    found = head.get("/approvals/", {"most": "10"})
    assert found.context["listing"].together == 3
    boxes = [item.select for item in found.context["listing"].items]
    assert len(boxes) == 2
    sent = {"task": boxes, "all": "3", "decision": "approve"}
    head.post("/approvals/batches/?most=10", sent)
    chosen = Batch.objects.get().rows.values_list("task_id", flat=True)
    assert sorted(chosen) == [task.pk for task in few]


def test_what_could_not_be_done_comes_first_and_stays_selected(page, company, submitted) -> None:
    chosen = [task_of(submitted("qiuzhiyuan", 5)) for _number in range(4)]
    head = page("shanlina")
    tasks.transfer(chosen[1].pk, to=company["zhoumin"], by=company["shanlina"])
    choose(head, chosen)
    batch = Batch.objects.get()
    result = head.post(f"/approvals/batches/{batch.pk}/confirm", {"opinion": ""}, follow=True)
    assert [row.look for row in result.context["rows"]] == ["BLOCKED", "DONE", "DONE", "DONE"]
    tasks.transfer(chosen[1].pk, to=company["shanlina"], by=company["zhoumin"])
    other = task_of(submitted("xiexiaomei", 5))
    again = head.get("/approvals/", {"batch": batch.pk})
    assert [item.id for item in again.context["listing"].items] == [chosen[1].pk]
    assert again.content.decode().count(" checked") == 1
    assert {item.id for item in head.get("/approvals/").context["listing"].items} == {
        chosen[1].pk,
        other.pk,
    }


def test_sending_back_needs_an_opinion(page, submitted) -> None:
    head = page("shanlina")
    task = task_of(submitted("qiuzhiyuan"))
    choose(head, [task], "return")
    batch = Batch.objects.get()
    assert head.post(f"/approvals/batches/{batch.pk}/confirm", {"opinion": " "}).status_code == 422
    head.post(f"/approvals/batches/{batch.pk}/confirm", {"opinion": "请附报价"})
    task.refresh_from_db()
    assert task.decision == "return"
    assert task.decided.opinion == "请附报价"


def test_many_are_left_to_the_workers(page, submitted, monkeypatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    chosen = [task_of(submitted("qiuzhiyuan", 5)) for _number in range(3)]
    head = page("shanlina")
    checked = choose(head, chosen)
    assert checked.context["phase"] == "REHEARSING"
    assert 'hx-trigger="every 500ms"' in checked.content.decode()
    batches.run_pending()
    batch = Batch.objects.get()
    running = head.post(f"/approvals/batches/{batch.pk}/confirm", {"opinion": ""}, follow=True)
    assert running.context["phase"] == "RUNNING"
    batches.run_pending()
    done = head.get(f"/approvals/batches/{batch.pk}/")
    assert done.context["progress"].done == 3


def test_batches_show_nothing_of_others(page, submitted) -> None:
    task = task_of(submitted("qiuzhiyuan"))
    assert choose(page("zhoumin"), [task]).status_code == 422  # none of them is hers to see
    choose(page("shanlina"), [task])
    batch = Batch.objects.get()
    stranger = page("zhoumin")
    for address in ("", "results.csv"):
        assert stranger.get(f"/approvals/batches/{batch.pk}/{address}").status_code == 404
    assert stranger.post(f"/approvals/batches/{batch.pk}/confirm").status_code == 404
    assert stranger.post("/approvals/batches/", {"decision": "explode"}).status_code == 404
