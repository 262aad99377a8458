"""PostgreSQL is down, or has no room left: every request is answered, soon, and says so; nothing
acknowledged is lost, and all goes on by itself afterwards."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from config.services.processes import wait_until
from tests.faults.plant import SECONDS, Client, Plant

SOON = 5  # seconds until an answer, and until all is well again
AT_ONCE = 8  # requests: each thread of the web server gets some
PAGES = ("/", "/api/v1/tasks/", "/api/v1/nothing/")


def get(client: Client, path: str, language: str = "en") -> tuple[int, float, str, str]:
    """Status, seconds, type and text of an answer. A page is asked for with a session that the
    server must look up, the API with the key."""
    headers = {"Accept-Language": language, "Cookie": "sessionid=" + "a" * 32}
    if path.startswith("/api/"):
        headers = {"Accept-Language": language, "Authorization": f"Bearer {client.token}"}
    request = urllib.request.Request(f"{client.address}{path}", headers=headers)
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        text = answer.read().decode()
        return answer.status, time.monotonic() - began, answer.headers["Content-Type"], text


def at_once(client: Client, path: str) -> list[tuple[int, float, str, str]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _number: get(client, path), range(AT_ONCE)))


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL])
def test_a_database_that_is_down_is_told_at_once(plant: Plant, client: Client, number: int) -> None:
    for path in PAGES:
        at_once(client, path)  # every thread has a connection now, which will be dead
    plant.kill("postgresql", number)
    for path in PAGES:
        for status, seconds, _kind, text in at_once(client, path):
            assert (status, seconds < SOON) == (503, True), (path, seconds, text)
    plant.start("postgresql")
    up = time.monotonic()
    answers = []
    while time.monotonic() < up + SOON:
        answers += [answer[0] for answer in at_once(client, "/api/v1/tasks/")]
    assert set(answers[-AT_ONCE:]) == {200}
    assert set(answers) <= {200, 503}


def test_dead_connections_are_replaced_unseen(plant: Plant, client: Client) -> None:
    at_once(client, "/api/v1/tasks/")
    plant.kill("postgresql", signal.SIGQUIT)
    plant.start("postgresql")
    assert {answer[0] for answer in at_once(client, "/api/v1/tasks/")} == {200}


def test_page_and_problem_speak_the_language_of_the_reader(plant: Plant, client: Client) -> None:
    plant.kill("postgresql", signal.SIGQUIT)
    texts = {
        (path, language): get(client, path, language)[2:]
        for path in ("/", "/api/v1/tasks/")
        for language in ("en", "zh-hans")
    }
    plant.start("postgresql")
    assert "The database does not answer at the moment" in texts["/", "en"][1]
    assert "数据库暂时没有响应" in texts["/", "zh-hans"][1]
    for language, word in (("en", "try again"), ("zh-hans", "再试")):
        kind, text = texts["/api/v1/tasks/", language]
        assert kind == "application/problem+json"
        problem = json.loads(text)
        assert (problem["status"], problem["code"]) == (503, "unavailable")
        assert word in problem["detail"]


def test_a_full_disk_loses_nothing(plant: Plant, client: Client) -> None:
    if plant.disk is None:
        pytest.skip("this machine forbids user namespaces: no disk can be mounted to be filled")
    task = client.begin("full disk")
    plant.disk.fill()
    refused = None
    for number in count():
        began = time.monotonic()
        status, said = client.post(
            "instances/",
            {"key": "process", "business_key": f"full:{number}", "variables": {"me": client.me}},
        )
        assert time.monotonic() - began < SOON
        if status != 201:
            refused = status, said.get("code")
            break
    assert refused == (503, "unavailable")
    plant.disk.free()
    plant.tend()
    assert wait_until(lambda: client.claims(task), SOON)
    while client.decide(task, "enough"):
        pass
    assert wait_until(plant.idle, SECONDS)
    plant.settle(client)
