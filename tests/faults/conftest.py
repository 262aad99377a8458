"""One plant for all tests of faults in a process; each test leaves it running, the last one ends
it: idle workers and beat, too, take their share of the processor."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.plant import Client, Plant


@pytest.fixture(scope="package")
def built() -> Iterator[tuple[Plant, Client]]:
    home = Path(tempfile.mkdtemp(prefix="crm-faults-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    plant = Plant(home, port)
    try:
        yield plant, plant.build()
    finally:
        plant.stop()
        shutil.rmtree(home)


@pytest.fixture
def plant(built: tuple[Plant, Client]) -> Plant:
    return built[0]


@pytest.fixture
def client(built: tuple[Plant, Client]) -> Client:
    return built[1]
