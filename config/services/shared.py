"""Stores shared by everything that tests in one tree: started once, left running, ended when idle.

`join` gives a process the addresses and a slot of its own, and starts the stores where they don't
run. `python -m config.services.shared HOME` is what it starts.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.services.exceptions import ProgramFailed, ServiceError, Stopped
from config.services.folders import private_folder
from config.services.processes import started_at, wait_until
from config.services.stores import start_postgresql, start_valkey
from config.services.supervisor import Supervisor, last_lines
from config.services.valkey import ask

IDLE_SECONDS = 15 * 60
START_SECONDS = 90
# Each slot has two of Valkey's 64 databases: the broker's, and after it the cache's.
SLOTS = 32


@dataclass
class Membership:
    """A process's share in the stores. It ends with the process: the kernel frees the locks."""

    environment: dict[str, str]
    slot: int
    locks: tuple[IO[str], IO[str]]


def join(home: Path) -> Membership:
    """Start the stores of `home` or find them running; take a slot that nobody else has."""
    run = private_folder(private_folder(home) / "run")
    # Shared: the idle stores end only when they hold it alone.
    users = (run / "users").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)
    with _alone(run / "starting"):
        environment = _running(run) or _start(home, run)
    slot, lock = _take_slot(run)
    redis_url = f"{environment['REDIS_URL']}?db={2 * slot}"
    _empty(Path(environment["REDIS_URL"].removeprefix("unix://")), slot)
    return Membership({**environment, "REDIS_URL": redis_url}, slot, (users, lock))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running(run: Path) -> dict[str, str] | None:
    """The addresses, if who wrote them lives."""
    try:
        ready = json.loads((run / "ready.json").read_text())
    except (OSError, ValueError):
        return None
    if started_at(ready["pid"]) != ready["started"]:
        return None
    return dict(ready["environment"])


def _start(home: Path, run: Path) -> dict[str, str]:
    (run / "ready.json").unlink(missing_ok=True)
    log = run / "stores.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.services.shared", str(home)],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    wait_until(lambda: bool(_running(run)) or process.poll() is not None, START_SECONDS)
    environment = _running(run)
    if environment is None:
        raise ProgramFailed(f"the stores for tests did not start:\n{last_lines(log)}")
    return environment


def _take_slot(run: Path) -> tuple[int, IO[str]]:
    for slot in range(SLOTS):
        lock = (run / f"slot-{slot}").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return slot, lock
    raise ProgramFailed(f"more than {SLOTS} processes test at once")


def _empty(valkey: Path, slot: int) -> None:
    """What an earlier user of the slot has left would be taken for one's own."""
    for database in (2 * slot, 2 * slot + 1):
        if ask(valkey, f"SELECT {database}", "FLUSHDB") != ["+OK", "+OK"]:
            raise ProgramFailed("Valkey's databases for tests can't be emptied")


def serve(home: Path) -> None:
    """Run the stores until asked to stop, or until nobody has used them for a while."""
    supervisor = Supervisor(home, say=_say)
    # Held alone once idle, and until the end: who joins then waits for it, and starts anew.
    with (supervisor.run_folder / "users").open("a") as users:
        try:
            _serve(supervisor, home, users)
        finally:
            supervisor.stop()


def _serve(supervisor: Supervisor, home: Path, users: IO[str]) -> None:
    environment = {
        **start_postgresql(supervisor, home, durable=False),
        **start_valkey(supervisor, home, durable=False),
    }
    ready = supervisor.run_folder / "ready.json"
    identity = {"pid": os.getpid(), "started": started_at(os.getpid())}
    temporary = ready.with_suffix(".new")
    temporary.write_text(json.dumps({**identity, "environment": environment}))
    temporary.rename(ready)
    _watch_until_idle(supervisor, users)
    ready.unlink(missing_ok=True)


def _watch_until_idle(supervisor: Supervisor, users: IO[str]) -> None:
    last_used = time.monotonic()
    while not supervisor.stopping:
        supervisor.watch()
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            last_used = time.monotonic()
            continue
        if time.monotonic() - last_used > IDLE_SECONDS:
            return
        fcntl.flock(users, fcntl.LOCK_UN)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    try:
        serve(Path(sys.argv[1]).resolve())
    except Stopped:
        return 0
    except ServiceError as problem:
        _say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
