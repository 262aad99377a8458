"""Processes and stores die in the middle of a step: nothing is lost, nothing is done twice."""

from __future__ import annotations

import signal

import pytest

from config.services.processes import wait_until
from tests.faults.plant import SECONDS, Plant
from tests.faults.smtp import Mood


def effects(plant: Plant, task: int) -> int:
    """Effects of the case that the task belongs to."""
    return plant.count(
        "effect WHERE instance = (SELECT instance_id FROM engine_humantask WHERE id = %s)", task
    )


@pytest.mark.parametrize("point", ["before", "written", "committed"])
def test_a_worker_is_killed_in_the_middle_of_a_step(plant, client, point):
    plant.arm(f"worker.{point}")
    task = client.begin(point)
    client.decide(task)
    plant.kill_at(f"worker.{point}")
    plant.settle(client)
    assert effects(plant, task) == 2


def test_a_job_that_hangs_is_interrupted_and_tried_again(plant, client):
    plant.arm("worker.written")
    task = client.begin("hangs")
    client.decide(task)
    plant.settle(client)
    assert effects(plant, task) == 2
    (hung,) = plant.folder.glob("worker.written.*")
    hung.unlink()


@pytest.mark.parametrize(("point", "done"), [("written", False), ("committed", True)])
def test_web_is_killed_in_the_middle_of_a_decision(plant, client, point, done):
    task = client.begin(point)
    plant.arm(f"web.{point}")
    answer = client.in_background(task)
    plant.kill_at(f"web.{point}")
    with pytest.raises(OSError):
        answer.result(SECONDS)
    plant.start("web")
    assert (effects(plant, task) > 0) == done
    status, said = client.post(f"tasks/{task}/complete/", {"decision": "enough"})
    assert (status, said.get("code")) == ((409, "conflict") if done else (200, None))
    plant.settle(client)
    assert effects(plant, task) == 2


def test_valkey_is_emptied_and_killed(plant, client):
    first = client.begin("flushed")
    plant.flush()
    client.decide(first)
    second = client.begin("killed")
    plant.kill("valkey")
    assert client.decide(client.decide(second, "again")) == 0
    plant.start("valkey")
    plant.settle(client)
    assert (effects(plant, first), effects(plant, second)) == (2, 3)


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL])
def test_postgresql_stops_at_once(plant, client, number):
    """SIGQUIT is `-m immediate`."""
    first = client.begin("before")
    second = client.decide(first, "again")
    plant.kill("postgresql", number)
    with pytest.raises(OSError):
        client.decide(second)
    plant.start("postgresql")
    assert wait_until(lambda: client.claims(second), SECONDS)
    client.decide(second)
    plant.settle(client)
    assert effects(plant, first) == 3


def test_mails_arrive_once_the_mail_server_is_back(plant, client):
    plant.mail.mood = Mood.REFUSES
    task = client.begin("mail")
    client.decide(task)
    tried = "engine_outboxmessage WHERE sent_at IS NULL AND attempts > 1"
    assert wait_until(lambda: plant.count(tried) == 2, SECONDS)
    plant.mail.mood = Mood.FORGETS
    taken = plant.mail.taken
    assert wait_until(lambda: max(taken.values(), default=0) > 1, SECONDS)
    plant.mail.mood = Mood.TAKES
    plant.settle(client)
    sent = {mail for (mail,) in plant.query("SELECT message_id FROM engine_outboxmessage")}
    arrived = {mail.strip("<>").rpartition("@")[0] for mail in taken}
    assert arrived == {f"{mail.replace(':', '.')}.one" for mail in sent}  # the account set's name
