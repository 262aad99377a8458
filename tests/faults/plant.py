"""A whole product to be killed: stores of its own, web, worker and beat; and a client of it.

Processes are started as `make run` starts them. Whoever kills one brings it back, as the supervisor
would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psycopg

from config.services.postgresql import APPLICATION_ROLE, OWNER_ROLE, UNSHARE, Postgresql
from config.services.processes import wait_until
from config.services.supervisor import Child, Program, last_lines
from config.services.valkey import Valkey, ask
from tests.faults.disk import SmallDisk
from tests.faults.smtp import MailServer

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 180  # a slow machine is no failure
SMALL = "min_wal_size = 32MB\nmax_wal_size = 64MB\n"  # PostgreSQL's log ahead fits the small disk
CELERY = ("celery", "--quiet", "-A", "config")


class Plant:
    """Everything that runs. Its names: postgresql, valkey, web, worker, beat."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.mail = MailServer()
        self.postgresql = Postgresql(home, durable=True)
        self.disk: SmallDisk | None = None
        self.valkey = Valkey(home, durable=True)
        self.folder = home / "fail-points"
        self.folder.mkdir()
        self.children: dict[str, Child] = {}
        self.auditor: subprocess.Popen[str] | None = None
        self.environment = {
            "CRM_MODE": "test",
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.postgresql.url(APPLICATION_ROLE),
            "DATABASE_OWNER_URL": self.postgresql.url(OWNER_ROLE),
            "REDIS_URL": self.valkey.url,
            "EMAIL_URL": self.mail.url,
            "FAULTS_FOLDER": str(self.folder),
        }

    # --- starting and ending ----------------------------------------------------------------------
    def build(self) -> Client:
        """Start it all on a new cluster; a client of it."""
        self.postgresql.initialise()
        self.disk = self.open_disk()
        for name in ("postgresql", "valkey"):
            self.start(name)
        self.postgresql.prepare_roles()
        token, me = self.build_database()
        for name in ("worker", "beat", "web"):
            self.start(name)
        self.auditor = self.open_auditor()
        return Client(self.address, token, me)

    def open_disk(self) -> SmallDisk | None:
        """PostgreSQL's data get a disk of their own, where this machine lets us mount one."""
        with (self.postgresql.data / "postgresql.conf").open("a") as configuration:
            configuration.write(SMALL)
        try:
            return SmallDisk(self.postgresql.data)
        except OSError:
            return None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def program(self, name: str) -> Program:
        if name == "postgresql":
            command = self.postgresql.command()
            if self.disk is not None:  # there it would be root
                bare = command[len(self.postgresql.account.prefix) :]
                command = [*self.disk.enter, *UNSHARE, *bare]
            return Program(name, command, options=self.postgresql.popen_options())
        if name == "valkey":
            return Program(name, self.valkey.command())
        granian = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port")
        threads = ("--workers", "1", "--blocking-threads", "4", "--respawn-failed-workers")
        alone = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
        words = {
            "web": (*granian, str(self.port), *threads, "config.wsgi:application"),
            "worker": (*CELERY, "worker", "--concurrency", "2", *alone),
            "beat": (*CELERY, "beat", "--pidfile", "", "--loglevel", "INFO"),
        }
        command = [sys.executable, "-m", *words[name]]
        return Program(name, command, self.environment_of(name), options={"cwd": ROOT})

    def start(self, name: str) -> None:
        """Start it, or bring it back; returns when it answers (worker and beat: at once)."""
        if name in self.children:
            self.children[name].record.kill_group()
            self.children[name].process.wait()
            self.children[name].start()
        else:
            self.children[name] = Child(self.program(name), self.home / f"{name}.log")
        ready = {
            "postgresql": self.postgresql.ready,
            "valkey": self.valkey.ready,
            "web": self.answers,
        }.get(name, lambda: True)
        child = self.children[name]

        def up() -> bool:
            if child.ended():  # PostgreSQL refuses while processes of a killed one are going
                child.start()
            return ready()

        assert wait_until(up, SECONDS), last_lines(child.log)

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.address}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to the main process of one; returns when it is gone."""
        child = self.children[name]
        child.process.send_signal(number)
        child.process.wait(SECONDS)
        child.record.kill_group()

    def tend(self) -> None:
        """Bring back whatever has ended."""
        for name, child in self.children.items():
            if child.ended():
                self.start(name)

    def stop(self) -> None:
        for child in self.children.values():
            child.record.kill_group()
            child.process.wait()
        if self.auditor is not None:
            self.auditor.communicate()
        if self.disk is not None:
            self.disk.close()
        self.mail.close()

    def build_database(self) -> tuple[str, int]:
        """Token and user id by which the client comes in."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.build"],
            cwd=ROOT,
            env=self.environment_of("build"),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        token, me = done.stdout.split()
        return token, int(me)

    def open_auditor(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.audit"],
            cwd=ROOT,
            env=self.environment_of("audit"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def environment_of(self, role: str) -> dict[str, str]:
        return {**os.environ, **self.environment, "FAULTS_ROLE": role}

    # --- faults -----------------------------------------------------------------------------------
    def arm(self, point: str) -> None:
        """The next process that comes to this place (`worker.written`) stays there."""
        (self.folder / point).touch()

    def kill_at(self, point: str) -> None:
        """Kill the process that has come to an armed place."""
        assert wait_until(lambda: any(self.folder.glob(f"{point}.*")), SECONDS), point
        (there,) = self.folder.glob(f"{point}.*")
        os.kill(int(there.suffix[1:]), signal.SIGKILL)
        there.unlink()

    def flush(self) -> None:
        """Lose everything that Valkey knows."""
        ask(self.valkey.socket, "FLUSHALL")

    def fill_disk(self) -> None:
        """Leave PostgreSQL no room, until it has missed it. Not everything is refused then: rows
        still fit into pages that have room."""
        assert self.disk is not None
        before = self.complaints()
        self.disk.fill()
        try:
            assert wait_until(lambda: self.complaints() > before, SECONDS)
        finally:
            self.disk.free()

    def complaints(self) -> int:
        """How often PostgreSQL has missed room on its disk."""
        return self.children["postgresql"].log.read_text().count("No space left on device")

    # --- looking ----------------------------------------------------------------------------------
    def query(self, statement: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.postgresql.url(OWNER_ROLE)) as connection:
            connection.execute("SET search_path TO one")
            return connection.execute(statement, parameters).fetchall()

    def count(self, statement: str, *parameters: Any) -> int:
        return int(self.query(f"SELECT count(*) FROM {statement}", *parameters)[0][0])

    def idle(self) -> bool:
        """Nothing is left to do: no job, no mail that waits to be sent."""
        left = "(SELECT id FROM engine_job UNION ALL"
        left += " SELECT id FROM engine_outboxmessage WHERE sent_at IS NULL) AS undone"
        return self.count(left) == 0

    def settle(self, client: Client) -> None:
        """Wait until all is done; then everything must be right, and what the client was told."""
        assert wait_until(self.idle, SECONDS), self.logs()
        self.audit("look")
        decided = {task for (task,) in self.query("SELECT task_id FROM engine_decision")}
        assert len(set(client.acknowledged)) == len(client.acknowledged)
        assert set(client.acknowledged) <= decided <= {*client.acknowledged, *client.doubtful}

    def logs(self) -> str:
        """What the processes have said last."""
        logs = [self.children[name].log for name in ("worker", "beat", "web", "postgresql")]
        return "\n".join(f"--- {log.name}\n{last_lines(log, 20)}" for log in logs)

    def mended(self) -> bool:
        """Nothing is left to do. What was given up meanwhile is tried again."""
        if not self.idle():
            self.audit("mend")
            return False
        return True

    def audit(self, what: str) -> None:
        """Let the auditor look or mend (`tests.faults.audit`); it must find everything right."""
        assert self.auditor is not None and self.auditor.stdin and self.auditor.stdout
        self.auditor.stdin.write(f"{what}\n")
        self.auditor.stdin.flush()
        verdict = json.loads(self.auditor.stdout.readline())
        assert verdict == "right", verdict


def answer_to(request: urllib.request.Request) -> tuple[int, bytes]:
    """Status and body, of errors too."""
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@dataclass
class Client:
    """Comes by HTTP, and keeps a journal of what it was told.

    `acknowledged`: tasks that the server has said are decided; `doubtful`: those for which it
    has given no answer."""

    address: str
    token: str
    me: int
    acknowledged: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body. Raises OSError where there is no answer at all."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}", json.dumps(body).encode(), headers
        )
        try:
            status, said = answer_to(request)
        except HTTPException as broken_off:  # killed in the middle of its answer
            raise ConnectionError("no whole answer") from broken_off
        return status, json.loads(said) if said[:1] == b"{" else {}

    def begin(self, business_key: str) -> int:
        """Start a case; its task. Raises OSError where it wasn't started, or nobody knows."""
        given = {"key": "process", "business_key": business_key, "variables": {"me": self.me}}
        status, said = self.post("instances/", given)
        if status != 201:
            raise ConnectionError(f"answered {status}: {said}")
        return int(said["opened"][0])

    def claims(self, task: int) -> bool:
        """Whether it could claim the task: the server works again."""
        try:
            return self.post(f"tasks/{task}/claim/", {})[0] == 204
        except OSError:
            return False

    def in_background(self, task: int) -> Future[int]:
        """`decide` in a thread."""
        pool = ThreadPoolExecutor(1)
        answer = pool.submit(self.decide, task)
        pool.shutdown(wait=False)
        return answer

    def decide(self, task: int, decision: str = "enough") -> int:
        """Decide a task; the task that follows, or 0. Raises OSError where that wasn't done, or
        nobody knows."""
        status = 0
        try:
            status, said = self.post(f"tasks/{task}/complete/", {"decision": decision})
        finally:
            if status == 200:
                self.acknowledged.append(task)
            elif not 400 <= status < 500:
                self.doubtful.append(task)
        if status != 200:
            raise ConnectionError(f"answered {status}: {said}")
        return int(said["opened"][0]) if said.get("opened") else 0
