"""PostgreSQL and Valkey under one supervisor: where the truth lies, and what wakes."""

from __future__ import annotations

import signal
from pathlib import Path

from config.services.postgresql import APPLICATION_ROLE, OWNER_ROLE, Postgresql
from config.services.supervisor import Program, Supervisor
from config.services.valkey import Valkey


def start_postgresql(supervisor: Supervisor, home: Path, *, durable: bool) -> dict[str, str]:
    """Start the cluster of `home`; returns the addresses of both roles as environment."""
    server = Postgresql(home, durable=durable)
    if server.initialise():
        supervisor.say("PostgreSQL: new cluster made")
    child = supervisor.start(
        Program(
            "postgresql",
            server.command(),
            options=server.popen_options(),
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, data is written
            grace_seconds=30,
            restart=True,
        )
    )
    supervisor.wait_for(child, server.ready)
    server.prepare_roles()
    return {
        "DATABASE_URL": server.url(APPLICATION_ROLE),
        "DATABASE_OWNER_URL": server.url(OWNER_ROLE),
    }


def start_valkey(supervisor: Supervisor, home: Path, *, durable: bool) -> dict[str, str]:
    """Start the Valkey of `home`; returns its address as environment."""
    server = Valkey(home, durable=durable)
    child = supervisor.start(Program("valkey", server.command(), restart=True))
    supervisor.wait_for(child, server.ready)
    return {"REDIS_URL": server.url}
