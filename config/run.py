"""`make run`: all services of the demo under one supervisor, until Ctrl-C.

Stores first (those that the environment does not name), then the set-up, then web, worker and beat.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

from config.bootstrap.steps import say
from config.services.exceptions import ServiceError, Stopped
from config.services.folders import private_folder
from config.services.stores import start_postgresql, start_valkey
from config.services.supervisor import Program, Supervisor, last_lines
from config.services.watchdog import Watchdog

ROOT = Path(__file__).resolve().parent.parent
WEB_WORKERS = "2"
WELL = "well"  # as apps.core.health has it


def keys(home: Path) -> dict[str, str]:
    """The keys of this installation: made once, kept where only its owner reads them."""
    names = ("SECRET_KEY", "TRAIL_KEY")
    file = home / "keys.json"
    if not file.exists():
        made = {name: secrets.token_urlsafe(48) for name in names}
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            json.dump(made, new)
    kept = json.loads(file.read_text())
    return {name: os.environ.get(name, kept[name]) for name in names}


def python(name: str, *words: str, environment: dict[str, str], restart: bool = True) -> Program:
    """A program of ours: a module run by this very Python, in the project's folder."""
    return Program(
        name,
        [sys.executable, "-m", *words],
        environment=environment,
        options={"cwd": ROOT},
        restart=restart,
    )


def start_stores(supervisor: Supervisor, home: Path) -> dict[str, str]:
    """PostgreSQL and Valkey where the environment names none; returns their addresses."""
    addresses: dict[str, str] = {}
    if "DATABASE_URL" not in os.environ:
        addresses |= start_postgresql(supervisor, home, durable=True)
        say("PostgreSQL is up")
    if "REDIS_URL" not in os.environ:
        addresses |= start_valkey(supervisor, home, durable=True)
        say("Valkey is up")
    return addresses


def set_up(supervisor: Supervisor, environment: dict[str, str], logins: Path) -> None:
    """Migrations, static files, processes, demo company: its progress goes to the terminal.

    Who may log in is written to `logins`: we are without Django here.
    """
    say("setting up")
    program = Program(
        "setup",
        [sys.executable, "manage.py", "setup", "--logins", str(logins)],
        environment=environment,
        options={"cwd": ROOT, "stdout": None},
    )
    if supervisor.run(program) != 0:
        log = supervisor.run_folder / "setup.log"
        raise ServiceError(f"the set-up failed:\n{last_lines(log)}")


def start_web(supervisor: Supervisor, environment: dict[str, str], port: int) -> None:
    """The web server; it answers when this returns."""
    granian = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    threads = ["--workers", WEB_WORKERS, "--blocking-threads", "4", "--respawn-failed-workers"]
    web = python("web", *granian, *threads, "config.wsgi:application", environment=environment)
    supervisor.wait_for(supervisor.start(web), lambda: health(port)["web"])


def start_processes(supervisor: Supervisor, environment: dict[str, str], port: int) -> None:
    """Web, worker and beat, each brought back when it dies, or lives but does not work."""
    celery = ["celery", "--quiet", "-A", "config"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    worker = python(
        "worker", *celery, "worker", "--concurrency", "2", *quiet, environment=environment
    )
    beat = python(
        "beat", *celery, "beat", "--pidfile", "", "--loglevel", "INFO", environment=environment
    )
    # One after the other: the page is there earlier when three don't compete for two cores.
    start_web(supervisor, environment, port)
    supervisor.start(worker)
    supervisor.start(beat)


def health(port: int) -> dict[str, bool]:
    """Which of web, worker and beat are well. Without the broker nobody knows of the latter two."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            parts = json.load(answer)["parts"]
    except urllib.error.HTTPError as unwell:
        with unwell:
            parts = json.load(unwell)["parts"]
    except OSError:
        return {"web": False}
    if parts["broker"] != WELL:
        return {"web": True}
    return {"web": True, **{name: parts[name] == WELL for name in ("worker", "beat")}}


def check_port(port: int) -> None:
    """Raise before anything is started where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise ServiceError(
                f"port {port}: {problem.strerror}; try another: make run PORT=8001"
            ) from None


def run(home: Path, port: int) -> None:
    """Everything, until a signal comes. Raises ServiceError when it can't go on."""
    supervisor = Supervisor(home, say)
    try:
        check_port(port)
        environment = {"CRM_MODE": "demo", "PORT": str(port), **keys(home)}
        environment |= start_stores(supervisor, home)
        logins = supervisor.run_folder / "logins.txt"
        set_up(supervisor, environment, logins)
        start_processes(supervisor, environment, port)
        greet(logins, port)
        watchdog = Watchdog(supervisor, lambda: health(port))
        while not supervisor.stopping:
            supervisor.watch()
            watchdog.look()
    except Stopped:
        pass
    finally:
        say("stopping")
        supervisor.stop()
        say("stopped")


def greet(logins: Path, port: int) -> None:
    """The address, and with whom to log in."""
    sys.stdout.write(logins.read_text())
    say(f"Lingdang CRM runs at http://127.0.0.1:{port}/  (Ctrl-C stops it)")


def main() -> int:
    try:
        port = int(os.environ.get("PORT", "8000"))
        run(private_folder(ROOT / "var"), port)
    except ServiceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
