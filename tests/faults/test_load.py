"""Faults over running load, at random but by a seed: what was acknowledged is kept."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from config.services.processes import wait_until
from tests.faults.plant import SECONDS, Client, Plant
from tests.faults.smtp import Mood

CLIENTS = 3
PROGRESS = 3  # decisions acknowledged between two faults: it works again after each

_numbers = count()


def kill_a_child(name: str) -> Callable[[Plant], None]:
    """One process of several that the program runs."""

    def fault(plant: Plant) -> None:
        main = plant.children[name].process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        if children:
            os.kill(int(children[-1]), signal.SIGKILL)

    return fault


def kill(name: str, number: int = signal.SIGKILL) -> Callable[[Plant], None]:
    """The whole program, brought back at once."""

    def fault(plant: Plant) -> None:
        plant.kill(name, number)
        plant.start(name)

    return fault


def treat_mails(mood: Mood) -> Callable[[Plant], None]:
    def fault(plant: Plant) -> None:
        plant.mail.mood = mood

    return fault


def fill_disk(plant: Plant) -> None:
    if plant.disk is not None:
        plant.fill_disk()


FAULTS: tuple[Callable[[Plant], None], ...] = (
    kill_a_child("worker"),
    kill("worker"),
    kill_a_child("web"),
    kill("web"),
    kill("beat"),
    kill("postgresql", signal.SIGQUIT),
    kill("postgresql"),
    kill("valkey"),
    Plant.flush,
    fill_disk,
    *(treat_mails(mood) for mood in Mood),
)


def work(client: Client, chance: random.Random, stop: threading.Event) -> None:
    """Case after case, each with some rounds. Where there is no answer, another one."""
    while not stop.is_set():
        try:
            task = client.begin(f"load:{next(_numbers)}")
            for _round in range(chance.randrange(3)):
                task = client.decide(task, "again")
            client.decide(task)
        except OSError:
            continue


@contextmanager
def load(client: Client, chance: random.Random) -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [
            pool.submit(work, client, random.Random(chance.random()), stop)
            for _client in range(CLIENTS)
        ]
        try:
            yield
        finally:
            stop.set()
        for one in running:
            one.result()


def progressed(plant: Plant, client: Client, goal: int) -> bool:
    """Whether so many decisions are acknowledged. What has ended meanwhile is brought back: a
    server that loses its workers too often gives up only then."""
    plant.tend()
    return len(client.acknowledged) >= goal


def break_things(plant: Plant, client: Client, seed: int, faults: int) -> None:
    chance = random.Random(seed)
    chosen = [*chance.sample(FAULTS, min(faults, len(FAULTS)))]
    chosen += chance.choices(FAULTS, k=faults - len(chosen))
    with load(client, chance):
        for number, fault in enumerate(chosen):
            fault(plant)
            goal = len(client.acknowledged) + PROGRESS
            again = wait_until(lambda goal=goal: progressed(plant, client, goal), SECONDS)
            assert again, f"seed {seed}, fault {number}: {plant.logs()}"
    plant.mail.mood = Mood.TAKES
    plant.tend()
    assert wait_until(plant.mended, SECONDS), plant.logs()
    plant.settle(client)


def test_a_few_faults(plant, client):
    break_things(plant, client, seed=7, faults=4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_many_faults(plant, client, seed):
    break_things(plant, client, seed=seed, faults=50)
