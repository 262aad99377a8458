"""The supervisor, really started and really killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.services.exceptions import UnsafeFolder
from config.services.folders import LONGEST_SOCKET_FOLDER, private_folder, socket_folder
from config.services.postgresql import OWNER_ROLE, Postgresql
from config.services.processes import ProcessRecord, ProcessTable, started_at, wait_until
from config.services.stop import stop
from config.services.supervisor import RESTARTS_A_MINUTE, Child, Program
from config.services.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path: PostgreSQL's socket lies in it. What is left running there ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="crm-"))
    yield folder
    ProcessTable(folder / "run" / "processes.json").end_all()
    shutil.rmtree(folder)


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Starts a supervisor and waits until it is up."""
    started: list[subprocess.Popen[str]] = []

    def start(*programs: str, until: str = "up") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.platform.supervised", str(home), *programs],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if until in line:
                return process
        raise AssertionError(f"not seen: {until!r} in {lines}")

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def records(home: Path) -> dict[str, ProcessRecord]:
    return {record.name: record for record in ProcessTable(home / "run" / "processes.json").read()}


def members(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and started_at(int(entry.name)):
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def nothing_left(left: dict[str, ProcessRecord]) -> bool:
    return wait_until(lambda: not any(members(record.pid) for record in left.values()), SECONDS)


def test_a_signal_stops_everything_and_leaves_nothing(home: Path, start: Start) -> None:
    process = start("waiting", "stubborn")
    running = records(home)
    assert wait_until(lambda: len(members(running["stubborn"].pid)) == 2, SECONDS)
    process.send_signal(signal.SIGINT)
    assert process.wait(SECONDS) == 0
    assert nothing_left(running)
    assert records(home) == {}


def test_the_guard_ends_what_a_killed_supervisor_left(home: Path, start: Start) -> None:
    process = start("waiting", "stubborn")
    running = records(home)
    process.kill()
    process.wait()
    assert nothing_left(running)


def test_the_next_start_ends_what_is_left_when_the_guard_was_killed_too(
    home: Path, start: Start
) -> None:
    process = start("stubborn")
    [guard] = [pid for pid in children(process.pid) if pid != records(home)["stubborn"].pid]
    left = records(home)
    os.kill(guard, signal.SIGKILL)
    process.kill()
    process.wait()
    assert members(left["stubborn"].pid)
    start("waiting", until="ended stubborn, left over")
    assert nothing_left(left)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def test_a_second_supervisor_of_the_same_home_is_refused(home: Path, start: Start) -> None:
    process = start("waiting")
    second = start(until=f"already running as process {process.pid}")
    assert second.wait(SECONDS) == 3
    assert process.poll() is None


def test_a_killed_program_is_brought_back_with_its_group_gone(home: Path, start: Start) -> None:
    start("brought-back")
    before = records(home)["brought-back"]
    os.kill(before.pid, signal.SIGKILL)
    assert wait_until(lambda: records(home)["brought-back"].pid != before.pid, SECONDS)
    assert records(home)["brought-back"].alive()


def test_a_program_that_nothing_works_without_ends_all(home: Path, start: Start) -> None:
    process = start("waiting", "stubborn")
    running = records(home)
    os.kill(running["waiting"].pid, signal.SIGKILL)
    assert process.wait(SECONDS) == 4
    assert nothing_left(running)


def test_killed_stores_are_brought_back(home: Path, start: Start) -> None:
    start("stores")
    before = records(home)
    for record in before.values():
        os.kill(record.pid, signal.SIGKILL)
    servers = (Postgresql(home, durable=True), Valkey(home, durable=True))
    assert wait_until(lambda: all(server.ready() for server in servers), SECONDS)
    assert all(records(home)[name].pid != before[name].pid for name in before)


def test_starts_are_spread_over_the_minute(home: Path) -> None:
    """The pause grows; the sixth start within a minute waits for the first to be a minute ago."""
    child = Child(Program("short", ["true"]), home / "log")
    pauses = []
    for _ in range(RESTARTS_A_MINUTE - 1):
        pauses.append(child.plan_restart())
        child.process.wait()
        child.start()
    child.process.wait()
    assert pauses == pytest.approx([0.5, 1, 2, 4])
    assert child.plan_restart() > 50


def test_stop_ends_the_supervisor_of_a_lock(home: Path, start: Start) -> None:
    process = start("waiting")
    lock = home / "run" / "lock"
    reaper = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from tests.platform.test_supervisor import *; stop(Path('{lock}'))",
        ],
        cwd=ROOT,
    )
    assert process.wait(SECONDS) == 0
    assert reaper.wait(SECONDS) == 0
    assert stop(lock) is None


def test_data_outlives_a_kill_of_the_supervisor(home: Path, start: Start) -> None:
    process = start("stores")
    owner = Postgresql(home, durable=True).url(OWNER_ROLE)
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
    process.kill()
    process.wait()
    start("stores")
    with psycopg.connect(owner) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (42,)


def test_the_application_role_owns_nothing_but_may_use_all(home: Path, start: Start) -> None:
    start("stores")
    server = Postgresql(home, durable=True)
    with psycopg.connect(server.url(OWNER_ROLE)) as connection:
        connection.execute("CREATE SCHEMA demo; CREATE TABLE demo.thing (id serial)")
    with psycopg.connect(server.url("crm_app")) as connection:
        connection.execute("INSERT INTO demo.thing DEFAULT VALUES")
        assert connection.execute("DELETE FROM demo.thing RETURNING id").fetchone() == (1,)
        for forbidden in ("TRUNCATE demo.thing", "DROP TABLE demo.thing", "CREATE SCHEMA own"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(forbidden)


def test_records_of_another_run_of_the_machine_mean_nothing(home: Path) -> None:
    table = ProcessTable(home / "processes.json")
    table.write([ProcessRecord("self", os.getpid(), started_at(os.getpid()), signal.SIGKILL, 1)])
    assert table.read()
    table.path.write_text(table.path.read_text().replace('"boot": "', '"boot": "earlier-'))
    assert table.read() == []


def test_a_process_that_only_has_the_same_number_is_left_alone(home: Path) -> None:
    record = ProcessRecord("stranger", os.getpid(), "1", signal.SIGKILL, 1)
    record.end()
    assert not record.alive()


def test_sockets_of_a_deep_folder_lie_in_a_short_private_one(home: Path) -> None:
    deep = home / ("d" * LONGEST_SOCKET_FOLDER)
    short = socket_folder(deep)
    assert len(str(short)) < LONGEST_SOCKET_FOLDER
    assert short.stat().st_mode & 0o777 == 0o700
    assert socket_folder(deep) == short
    short.rmdir()


def test_a_folder_that_is_a_link_is_not_trusted(home: Path) -> None:
    (home / "real").mkdir()
    (home / "link").symlink_to(home / "real")
    with pytest.raises(UnsafeFolder):
        private_folder(home / "link")
