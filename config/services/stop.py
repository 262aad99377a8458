"""`python -m config.services.stop`: end whatever runs in this tree: the demo, the tests' stores.

Stores that somebody tests with are left alone: they end by themselves when idle.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from pathlib import Path

from config.services.processes import started_at, wait_until

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


def stop(lock: Path) -> int | None:
    """Ask the supervisor that holds this lock to stop; its process id once it is gone."""
    words = lock.read_text().split()
    if len(words) != 2 or started_at(int(words[0])) != words[1]:
        return None
    pid = int(words[0])
    os.kill(pid, signal.SIGTERM)
    if not wait_until(lambda: started_at(pid) != words[1], SECONDS):
        sys.stderr.write(f"process {pid} does not stop\n")
    return pid


def in_use(run: Path) -> bool:
    """Whether somebody tests with these stores just now."""
    users = run / "users"
    if not users.exists():
        return False
    with users.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def main() -> int:
    for lock in sorted(ROOT.glob("var/**/run/lock")):
        if in_use(lock.parent):
            sys.stdout.write(f"in use: {lock.parents[1].relative_to(ROOT)}\n")
            continue
        pid = stop(lock)
        if pid is not None:
            sys.stdout.write(f"stopped {pid} ({lock.parents[1].relative_to(ROOT)})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
