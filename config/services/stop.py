"""`python -m config.services.stop`: end whatever runs in this tree: the demo, the tests' stores."""

from __future__ import annotations

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


def main() -> int:
    for lock in sorted(ROOT.glob("var/**/run/lock")):
        pid = stop(lock)
        if pid is not None:
            sys.stdout.write(f"stopped {pid} ({lock.parents[1].relative_to(ROOT)})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
