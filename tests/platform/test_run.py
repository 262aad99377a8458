"""The whole product, started as `make run` starts it, killed, and started again."""

from __future__ import annotations

import http.cookiejar
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from apps.people.demo import DEMO_PASSWORD
from config.services.folders import private_folder
from config.services.postgresql import APPLICATION_ROLE, OWNER_ROLE, Postgresql
from config.services.processes import ProcessTable, wait_until
from config.services.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300  # a slow machine is no failure
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CRM_MODE", "CRM_TEST_SLOT")


class Product:
    """The supervisor's process, with a home and a port of its own; `given` is its environment."""

    def __init__(self, home: Path, port: int, **given: str) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        environment = {
            name: value for name, value in os.environ.items() if name not in OURS
        } | given
        source = (
            f"from pathlib import Path; import config.run as r; r.run(Path({str(home)!r}), {port})"
        )
        self.log = home.with_suffix(".log")
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", source],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def output(self) -> str:
        return self.log.read_text()

    def wait_until_up(self) -> None:
        up = wait_until(lambda: "runs at" in self.output() or self.ended(), SECONDS)
        assert up, self.output()
        assert not self.ended(), self.output()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def health(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=10) as response:
                return dict(json.load(response)["parts"])
        except urllib.error.HTTPError as unwell:
            return dict(json.load(unwell)["parts"])

    def well(self) -> bool:
        return set(self.health().values()) == {"well"}

    def processes(self) -> list[int]:
        table = ProcessTable(self.home / "run" / "processes.json")
        return [record.pid for record in table.read() if record.alive()]


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="crm-run-"))
    yield folder
    ProcessTable(folder / "run" / "processes.json").end_all()
    folder.with_suffix(".log").unlink(missing_ok=True)
    shutil.rmtree(folder)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer that is asked for."""

    def redirect_request(self, *_: object) -> None:
        return None


def log_in(product: Product) -> tuple[int, str]:
    """Status and address of the answer to the login form, filled in as a browser does it."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(NoRedirect, urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{product.address}/login/", timeout=20).read().decode()
    [token] = [cookie.value for cookie in jar if cookie.name == "csrftoken"]
    assert "account_set" in page
    choice = page.split('<option value="', 2)[1].split('"')[0]
    form = {
        "csrfmiddlewaretoken": token,
        "account_set": choice,
        "username": "shanlina",
        "password": DEMO_PASSWORD,
    }
    request = urllib.request.Request(
        f"{product.address}/login/",
        urllib.parse.urlencode(form).encode(),
        {"Referer": f"{product.address}/login/"},
    )
    try:
        answer = browser.open(request, timeout=20)
    except urllib.error.HTTPError as redirect:
        return redirect.code, str(redirect.headers["Location"])
    return answer.status, str(answer.url)


def test_the_product_starts_survives_kills_and_keeps_its_data(home: Path, port: int) -> None:
    product = Product(home, port)
    try:
        product.wait_until_up()
        assert DEMO_PASSWORD in product.output()
        assert "shanlina" in product.output()
        assert wait_until(product.well, SECONDS), product.health()

        owner = Postgresql(home, durable=True).url(OWNER_ROLE)
        with psycopg.connect(owner) as connection:
            rename = (
                "UPDATE demo.people_user SET email = 'kept@example.com' WHERE username = 'wulei'"
            )
            assert connection.execute(rename).rowcount == 1
            empty = connection.execute("SELECT count(*) FROM empty.people_user").fetchone()
            assert empty == (0,)

        running = product.processes()
        assert len(running) == 5
        product.process.kill()
        product.process.wait()
        assert wait_until(lambda: not product.processes(), SECONDS)

        product = Product(home, port)
        product.wait_until_up()
        assert log_in(product) == (302, "/")
        with psycopg.connect(owner) as connection:
            found = connection.execute(
                "SELECT email FROM demo.people_user WHERE username = 'wulei'"
            ).fetchone()
            assert found == ("kept@example.com",)
        product.process.send_signal(signal.SIGINT)
        assert product.process.wait(SECONDS) == 0
        assert product.processes() == []
    finally:
        product.process.kill()
        product.process.wait()


@pytest.fixture
def stores(home: Path) -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey that somebody else runs: their addresses, as environment."""
    folder = private_folder(home / "elsewhere")
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.platform.supervised", str(folder), "stores"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with running:
        try:
            assert running.stdout is not None
            assert any(line == "up\n" for line in running.stdout)
            server = Postgresql(folder, durable=True)
            yield {
                "DATABASE_URL": server.url(APPLICATION_ROLE),
                "DATABASE_OWNER_URL": server.url(OWNER_ROLE),
                "REDIS_URL": Valkey(folder, durable=True).url,
            }
        finally:
            running.send_signal(signal.SIGINT)


def test_stores_that_the_environment_names_are_used_and_left_running(
    home: Path, port: int, stores: dict[str, str]
) -> None:
    product = Product(home, port, **stores)
    try:
        product.wait_until_up()
        assert wait_until(product.well, SECONDS), product.health()
        assert len(product.processes()) == 3  # web, worker, beat
        assert "PostgreSQL" not in product.output()
        assert "Valkey" not in product.output()
        assert log_in(product) == (302, "/")
        product.process.send_signal(signal.SIGINT)
        assert product.process.wait(SECONDS) == 0
        assert product.processes() == []
        with psycopg.connect(stores["DATABASE_OWNER_URL"]) as connection:
            found = connection.execute("SELECT count(*) FROM demo.people_user").fetchone()
            assert found is not None
            assert found[0] > 1
        with redis.from_url(stores["REDIS_URL"]) as client:
            assert client.ping()
    finally:
        product.process.kill()
        product.process.wait()


def test_a_taken_port_is_told_at_once(home: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        product = Product(home, port)
        assert product.process.wait(SECONDS) != 0
    assert f"port {port}" in product.output()
    assert not (home / "postgresql").exists()
