"""The data of the picture: path, frames, steps, tokens; and who gets the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from apps.core.diagrams import replay
from engine import definitions, tasks
from engine.models import HumanTask, ProcessInstance, TaskState

pytestmark = pytest.mark.django_db

OPEN = (TaskState.READY, TaskState.RESERVED)
AGAIN = {"subject": "采购", "amount": "150000", "text": "附报价"}


def decide(user: int, decision: str, **more: Any) -> None:
    tasks.complete(HumanTask.objects.get(state__in=OPEN).pk, user=user, decision=decision, **more)


@pytest.fixture
def sent_back(company: dict[str, int], submitted: Callable[..., Any]) -> int:
    """A request over two levels: sent back once, submitted again, the first level passed."""
    case = submitted("qiuzhiyuan", 150_000).instance
    decide(company["shanlina"], "return", opinion="请附报价")
    decide(company["qiuzhiyuan"], "resubmit", data=AGAIN)
    decide(company["shanlina"], "approve")
    return int(case)


@pytest.fixture
def film(signed_in: Callable[..., Client], sent_back: int) -> dict[str, Any]:
    found: dict[str, Any] = signed_in("qiuzhiyuan").get(f"/instances/{sent_back}/film").json()
    return found


def elements(film: dict[str, Any], step: int, frame: int = 0) -> set[str]:
    known = film["visits"][: film["steps"][step]["visits"]]
    return {visit["element"] for visit in known if visit["frame"] == frame}


def test_each_visit_of_a_called_process_has_a_path_of_its_own(film) -> None:
    frames = [(frame["process"], frame["parent"]) for frame in film["frames"]]
    assert frames == [
        ("general_request", None),
        ("approval", 0),
        ("approval_level", 1),
        ("approval", 0),
        ("approval_level", 3),
        ("approval_level", 3),
    ]
    first, second = 1, 3
    last = len(film["steps"]) - 1
    assert "returned_to_initiator" in elements(film, last, first)
    assert "returned_to_initiator" not in elements(film, last, second)
    assert [frame["label"] for frame in film["frames"][:2]] == ["事项申请", "审核"]


def test_a_step_knows_what_there_was_by_then(film) -> None:
    texts = [step["text"] for step in film["steps"]]
    assert len(texts) == 8
    assert elements(film, 0) == {"submitted"}
    assert elements(film, 1) == {"submitted", "matrix_rules", "approval_call", "withdrawn"}
    returned = next(number for number, text in enumerate(texts) if "退回" in text)
    assert "revise" not in elements(film, returned)
    assert "revise" in elements(film, returned + 1)
    assert film["steps"][-1]["visits"] == len(film["visits"])
    seen = [step["visits"] for step in film["steps"]]
    assert seen == sorted(seen)


def test_whom_it_waits_for_is_told_at_the_task_and_at_all_calls_around_it(film) -> None:
    told = {
        (film["frames"][visit["frame"]]["process"], visit["element"])
        for visit in film["visits"]
        if "曾国强" in film["tokens"].get(visit["id"], "")
    }
    assert told == {
        ("general_request", "approval_call"),
        ("approval", "level"),
        ("approval_level", "decide"),
    }
    waiting = [v for v in film["visits"] if v["id"] in film["tokens"]]
    assert all(visit["ended"] is None for visit in waiting)


def test_a_boundary_event_that_listens_is_marked_so(film) -> None:
    listening = {visit["element"] for visit in film["visits"] if visit["listens"]}
    assert listening == {"withdrawn", "reminder_due", "escalation_due"}


def test_an_ended_case_waits_for_nobody(company, sent_back, signed_in) -> None:
    decide(company["zengguoqiang"], "approve")
    film = signed_in("qiuzhiyuan").get(f"/instances/{sent_back}/film").json()
    assert film["tokens"] == {}
    assert "end_approved" in elements(film, len(film["steps"]) - 1)


def test_what_a_film_costs_does_not_grow_with_the_case(company, sent_back, signed_in) -> None:
    client, address = signed_in("qiuzhiyuan"), f"/instances/{sent_back}/film"
    client.get(address)
    with CaptureQueriesContext(connection) as short:
        client.get(address)
    decide(company["zengguoqiang"], "return", opinion="再改")
    decide(company["qiuzhiyuan"], "resubmit", data=AGAIN)
    with CaptureQueriesContext(connection) as long:
        client.get(address)
    assert len(long) <= len(short) <= 15


def test_only_those_who_see_the_case_get_its_picture(sent_back, signed_in) -> None:
    stranger = signed_in("zhoumin")
    film = signed_in("qiuzhiyuan").get(f"/instances/{sent_back}/film").json()
    addresses = [
        f"/instances/{sent_back}/film",
        film["frames"][0]["url"],
        next(iter(film["tables"].values())),
    ]
    for address in addresses:
        assert signed_in("qiuzhiyuan").get(address).status_code == 200, address
        assert stranger.get(address).status_code == 404, address
        assert Client().get(address).status_code == 302, address


def test_a_diagram_is_a_file_that_no_browser_shows(film, signed_in) -> None:
    answer = signed_in("qiuzhiyuan").get(film["frames"][0]["url"])
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "private" in answer["Cache-Control"]
    assert ElementTree.fromstring(answer.content).tag.endswith("definitions")


def test_a_diagram_speaks_the_language_of_the_reader(film, signed_in) -> None:
    client = signed_in("qiuzhiyuan")
    address = film["frames"][0]["url"]
    assert "/zh-hans/" in address
    assert 'name="提交事项"' in client.get(address).content.decode()
    english = client.get(address.replace("/zh-hans/", "/en/")).content.decode()
    assert 'name="Request submitted"' in english
    assert 'name="Initiator"' in english  # lanes as well


def test_files_of_other_definitions_are_not_there(sent_back, signed_in, film) -> None:
    client = signed_in("qiuzhiyuan")
    other = definitions.deploy(
        {
            "lonely.dmn": definitions.shipped_files()["general_request_matrix.dmn"].replace(
                b"general_request_matrix", b"lonely"
            )
        }
    )
    assert other.changed
    resource = max(definitions.newest_resources(), key=lambda found: found.pk)
    assert client.get(f"/instances/{sent_back}/tables/{resource.pk}/").status_code == 404
    table = next(iter(film["tables"].values())).rstrip("/").rpartition("/")[2]
    assert client.get(f"/instances/{sent_back}/diagrams/en/{table}.bpmn").status_code == 404


def test_a_decision_table_is_read_in_words(film, signed_in) -> None:
    address = film["tables"]["general_request/matrix_rules"]
    text = signed_in("qiuzhiyuan").get(address).content.decode()
    for word in ("事项审核矩阵", "金额（元）", "部门负责人", "总经理", "&gt; 100000", "超过十万元"):
        assert word in text, word
    assert "department_head" not in text


@pytest.mark.parametrize(
    ("waited", "said"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=1, minutes=38), "1 h 38 min"),
        (timedelta(days=2, hours=3, minutes=4), "2 d 3 h"),
    ],
)
def test_how_long_something_waits(waited: timedelta, said: str) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with override("en"):
        assert replay.waited(now - waited, now) == said


def test_of_a_very_long_case_the_latest_visits_are_shown(sent_back, monkeypatch) -> None:
    monkeypatch.setattr(replay, "LONGEST", 10)
    film = replay.film_of(ProcessInstance.objects.select_related("definition").get(pk=sent_back))
    assert len(film["visits"]) == 10
    assert film["steps"][-1]["visits"] == 10
    assert {visit["frame"] for visit in film["visits"]} <= set(range(len(film["frames"])))
