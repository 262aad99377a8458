"""Processes by identity: a number alone may be another process's by now, its start time tells."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

POLL_SECONDS = 0.03


def started_at(pid: int) -> str | None:
    """The kernel's start time of a living process, in clock ticks; None for a dead one.

    A zombie counts as dead, whoever should bury it.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


@dataclass(frozen=True)
class ProcessRecord:
    """One started process: the leader of its own group, and how it is asked to stop."""

    name: str
    pid: int
    started: str | None
    stop_signal: int
    grace_seconds: float

    def alive(self) -> bool:
        return self.started is not None and started_at(self.pid) == self.started

    def end(self) -> None:
        """Ask it to stop, wait its grace, then kill its whole group. Returns when it is gone."""
        if self.alive():
            os.kill(self.pid, self.stop_signal)
            wait_until(lambda: not self.alive(), self.grace_seconds)
        self.kill_group()
        wait_until(lambda: not self.alive(), self.grace_seconds)

    def kill_group(self) -> None:
        """Kill what is left of its group, also where the leader is gone already.

        The number of a group is not given out again while one of its members lives; so a living
        leader with another start time means that the group is a stranger's.
        """
        if started_at(self.pid) not in (None, self.started):
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def boot_id() -> str:
    """Names this run of the machine: process numbers of an earlier one mean nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look until the condition holds or the time is up; returns whether it held."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


class ProcessTable:
    """The file that lets a guard, or the next start, end what a killed supervisor left."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, records: Iterable[ProcessRecord]) -> None:
        """Replace the table in one step: a reader never sees half of it."""
        temporary = self.path.with_suffix(".new")
        table = {"boot": boot_id(), "processes": [asdict(record) for record in records]}
        temporary.write_text(json.dumps(table))
        temporary.rename(self.path)

    def read(self) -> list[ProcessRecord]:
        try:
            table = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return []
        if table["boot"] != boot_id():
            return []
        return [ProcessRecord(**row) for row in table["processes"]]

    def end_all(self) -> list[str]:
        """End what the table names, last started first; returns the names found alive."""
        found = []
        for record in reversed(self.read()):
            if record.alive():
                found.append(record.name)
            record.end()
        self.path.unlink(missing_ok=True)
        return found
