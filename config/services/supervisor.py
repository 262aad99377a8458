"""One supervisor: starts programs in order, watches them, stops them in reverse.

Whoever holds the lock on `run/lock` is the supervisor of that home. Every child leads its own
process group and is written to `run/processes.json`. A guard, forked first, waits for the
supervisor's end (a pipe's), then ends what is left, holding the lock until it has. If the guard was
killed too, the next start does it. So two never work on the same data.
"""

from __future__ import annotations

import fcntl
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NoReturn

from config.services.exceptions import AlreadyRunning, ProgramFailed, Stopped
from config.services.folders import private_folder
from config.services.processes import (
    POLL_SECONDS,
    ProcessRecord,
    ProcessTable,
    started_at,
    wait_until,
)

# A guard may still be tidying up after a killed supervisor.
LOCK_SECONDS = 45
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESTARTS_A_MINUTE = 5
WATCH_SECONDS = 0.2
LARGEST_LOG = 8 * 1024 * 1024


@dataclass(frozen=True)
class Program:
    """What to start, and how to treat it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    grace_seconds: float = 10
    restart: bool = False


class Child:
    """A started program: its process, and when it was started."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.starts: list[float] = []
        self.due: float | None = None
        self.start()

    def start(self) -> None:
        self.due = None
        self.starts = [*self.starts[1 - RESTARTS_A_MINUTE :], time.monotonic()]
        with _log_file(self.log) as log:
            options: dict[str, Any] = {"stdout": log, "stderr": log, **self.program.options}
            self.process = subprocess.Popen(
                self.program.command,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.program.environment},
                start_new_session=True,
                **options,
            )
        self.record = ProcessRecord(
            name=self.program.name,
            pid=self.process.pid,
            started=started_at(self.process.pid),
            stop_signal=int(self.program.stop_signal),
            grace_seconds=self.program.grace_seconds,
        )

    def ended(self) -> bool:
        return self.process.poll() is not None

    def plan_restart(self) -> float:
        """When it may start again: a growing pause, and at most five starts within a minute."""
        now = time.monotonic()
        recent = [start for start in self.starts if start > now - 60]
        due = now + 0.5 * 2.0 ** (len(recent) - 1)
        if len(recent) >= RESTARTS_A_MINUTE:
            due = max(due, recent[0] + 60)
        self.due = due
        return due - now

    def stop(self) -> None:
        if not self.ended():
            self.process.send_signal(self.program.stop_signal)
            wait_until(self.ended, self.program.grace_seconds)
        self.record.kill_group()
        self.process.wait()


class Supervisor:
    """Holds the lock of a home and everything that was started in it."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.home = private_folder(home)
        self.run_folder = private_folder(home / "run")
        self.say = say
        self.children: list[Child] = []
        self.stopping = False
        self.table = ProcessTable(self.run_folder / "processes.json")
        self.lock = self._take_lock()
        self.lifeline = self._start_guard()
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        for name in self.table.end_all():
            self.say(f"ended {name}, left over from an earlier run")

    def _take_lock(self) -> IO[str]:
        lock = (self.run_folder / "lock").open("a+")
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                lock.seek(0)
                pid, _, started = lock.read().partition(" ")
                if (pid and started_at(int(pid)) == started) or time.monotonic() > deadline:
                    raise AlreadyRunning(f"already running as process {pid}") from None
            time.sleep(POLL_SECONDS)
        lock.truncate(0)
        lock.write(f"{os.getpid()} {started_at(os.getpid())}")
        lock.flush()
        return lock

    def _start_guard(self) -> int:
        """Fork the guard; returns the end of the pipe whose closing wakes it.

        Children don't inherit that end: Python closes it on exec. An exclusive lock belongs to the
        open file, which the guard shares.
        """
        reader, lifeline = os.pipe()
        if os.fork() == 0:
            os.close(lifeline)
            self._guard(reader)
        os.close(reader)
        return lifeline

    def _guard(self, reader: int) -> NoReturn:
        os.setsid()
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        os.read(reader, 1)
        self.table.end_all()
        os._exit(0)

    def _on_signal(self, *_: object) -> None:
        self.stopping = True

    def start(self, program: Program) -> Child:
        child = Child(program, self.run_folder / f"{program.name}.log")
        self.children.append(child)
        self._remember()
        return child

    def _remember(self) -> None:
        self.table.write(child.record for child in self.children)

    def wait_for(self, child: Child, ready: Callable[[], bool], seconds: float = 180) -> None:
        """Return when `ready()`; raise ProgramFailed when the child ended or the time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.stopping:
                raise Stopped
            if child.ended():
                raise ProgramFailed(f"{child.program.name} ended:\n{last_lines(child.log)}")
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{child.program.name} does not answer: see {child.log}")
            time.sleep(POLL_SECONDS)

    def run(self, program: Program) -> int:
        """Run a program to its end, however long it takes; returns its exit status."""
        child = self.start(program)
        wait_until(lambda: self.stopping or child.ended(), math.inf)
        if self.stopping:
            raise Stopped
        self.children.remove(child)
        self._remember()
        return child.process.returncode

    def watch(self) -> None:
        """One look at every child: restart what may be, raise ProgramFailed for the others."""
        for child in self.children:
            if not child.ended():
                continue
            if not child.program.restart:
                raise ProgramFailed(f"{child.program.name} ended:\n{last_lines(child.log)}")
            self._bring_back(child)
        time.sleep(WATCH_SECONDS)

    def _bring_back(self, child: Child) -> None:
        if child.due is None:
            child.record.kill_group()
            code = child.process.returncode
            pause = child.plan_restart()
            name = child.program.name
            self.say(f"{name} ended with {code}: again in {pause:.1f} s (see {child.log})")
        elif time.monotonic() >= child.due:
            child.start()
            self._remember()

    def stop(self) -> None:
        """Stop all children in reverse, let the guard go, and give the lock back."""
        for child in reversed(self.children):
            child.stop()
        self.table.path.unlink(missing_ok=True)
        os.close(self.lifeline)
        self.lock.close()


def _log_file(path: Path) -> IO[bytes]:
    """The log, opened to add to; a large one is put aside first."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, for a message."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
