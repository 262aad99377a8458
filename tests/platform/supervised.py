"""Started by the tests as a process of its own: a supervisor with small programs, or real stores.

`python -m tests.platform.supervised HOME PROGRAM…`; it prints "up" when all have been started.
"""

from __future__ import annotations

import sys
from pathlib import Path

from config.services.exceptions import ServiceError, Stopped
from config.services.stores import start_postgresql, start_valkey
from config.services.supervisor import Program, Supervisor

# Ignores what asks it to stop, and has a child that does so, too.
STUBBORN = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
while True:
    signal.pause()
"""
WAITING = "import signal; signal.pause()"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def start(supervisor: Supervisor, home: Path, name: str) -> None:
    if name == "stores":
        start_postgresql(supervisor, home, durable=True)
        start_valkey(supervisor, home, durable=True)
        return
    source = STUBBORN if name == "stubborn" else WAITING
    command = [sys.executable, "-c", source]
    restart = name == "brought-back"
    supervisor.start(Program(name, command, grace_seconds=0.3, restart=restart))


def main() -> int:
    home = Path(sys.argv[1])
    try:
        supervisor = Supervisor(home, say)
    except ServiceError as problem:
        say(str(problem))
        return 3
    try:
        for name in sys.argv[2:]:
            start(supervisor, home, name)
        say("up")
        while not supervisor.stopping:
            supervisor.watch()
    except Stopped:
        pass
    except ServiceError as problem:
        say(str(problem))
        return 4
    finally:
        supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
