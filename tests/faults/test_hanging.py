"""Processes that live but do not work are replaced, within about a minute."""

from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import pytest

from config.run import health
from config.services.processes import wait_until
from config.services.watchdog import START_SECONDS, Watchdog
from tests.faults.plant import SECONDS, Client, Plant

ABOUT_A_MINUTE = 75


@pytest.mark.long
@pytest.mark.parametrize("name", ["worker", "beat", "web"])
def test_what_hangs_is_replaced(plant: Plant, client: Client, name: str) -> None:
    child = plant.children[name]
    aged = child.starts[-1] + START_SECONDS
    assert wait_until(lambda: time.monotonic() > aged, START_SECONDS + 1)
    assert wait_until(lambda: all(health(plant.port).values()), SECONDS), health(plant.port)
    said: list[str] = []
    supervisor = SimpleNamespace(children=plant.children.values(), say=said.append)
    dog = Watchdog(supervisor, lambda: health(plant.port))  # type: ignore[arg-type]
    stopped = child.process.pid
    os.killpg(stopped, signal.SIGSTOP)

    def replaced() -> bool:
        dog.look()
        plant.tend()
        return child.process.pid != stopped

    assert wait_until(replaced, ABOUT_A_MINUTE), plant.logs()
    assert said == [f"{name} lives but does not work: it is ended"]
    assert wait_until(lambda: all(health(plant.port).values()), SECONDS), plant.logs()
    client.decide(client.begin(f"{name} hung"))
    plant.settle(client)
