"""`python -m config.services.within HOME COMMAND…`: run a command with stores of its own.

They are as durable as those of `make run`, and end with the command. Those that the environment
names are left alone. Exits as the command did.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from config.services.exceptions import ServiceError, Stopped
from config.services.stores import start_postgresql, start_valkey
from config.services.supervisor import Program, Supervisor


def run(home: Path, command: list[str]) -> int:
    """The exit status of the command; 130 when it was interrupted."""
    supervisor = Supervisor(home, say)
    try:
        environment = {"CRM_MODE": os.environ.get("CRM_MODE", "test")}
        if "DATABASE_URL" not in os.environ:
            environment |= start_postgresql(supervisor, home, durable=True)
        if "REDIS_URL" not in os.environ:
            environment |= start_valkey(supervisor, home, durable=True)
        terminal = {"stdout": None, "stderr": None}
        return supervisor.run(Program("command", command, environment, options=terminal))
    except Stopped:
        return 130
    finally:
        supervisor.stop()


def say(line: str) -> None:
    """Progress goes to standard error: the output is the command's."""
    sys.stderr.write(f"{line}\n")


def main() -> int:
    try:
        return run(Path(sys.argv[1]).resolve(), sys.argv[2:])
    except ServiceError as problem:
        say(str(problem))
        return 1


if __name__ == "__main__":
    sys.exit(main())
