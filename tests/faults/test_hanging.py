"""Processes that live but do not work are replaced, within about a minute."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from config.services.processes import ProcessTable, wait_until
from tests.platform.test_run import SECONDS, Product, home, port

__all__ = ["home", "port"]
ABOUT_A_MINUTE = 75


def processes(home: Path) -> dict[str, int]:
    table = ProcessTable(home / "run" / "processes.json")
    return {record.name: record.pid for record in table.read()}


@pytest.mark.long
def test_what_hangs_is_replaced(home: Path, port: int) -> None:
    product = Product(home, port)
    try:
        product.wait_until_up()
        assert wait_until(product.well, SECONDS), product.health()
        before = processes(home)
        for name in ("worker", "beat", "web"):
            os.killpg(before[name], signal.SIGSTOP)

        def replaced() -> bool:
            now = processes(home)
            return all(now[name] != before[name] for name in ("worker", "beat", "web"))

        assert wait_until(replaced, 3 * ABOUT_A_MINUTE), product.output()
        assert wait_until(product.well, SECONDS), product.health()
    finally:
        product.process.send_signal(signal.SIGINT)
        product.process.wait(SECONDS)
