"""Production's logs: each line a JSON object that says when, what, and for whom; no secrets."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import uuid
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.test import Client
from django_structlog.celery.receivers import CeleryReceiver

from apps.accountsets.access_keys import issue_access_key
from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from config.logs import formatter
from tests.platform.probe_jobs import where_am_i

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Not-for-any-log-1"
SAY = """
import json
from granian.log import LogLevels, configure_logging, logger
configure_logging(LogLevels.info, json.load(open("config/granian.json")))
logger.info("Listening at: %s", "http://127.0.0.1:8000")
"""


class Lines:
    """What was logged while it was listened to."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def of(self, event: str) -> list[dict[str, Any]]:
        """Lines of that event. All of them must be JSON objects."""
        lines = [json.loads(line) for line in self.text.splitlines()]
        for line in lines:
            assert {"timestamp", "level", "event", "logger"} <= set(line)
        return [line for line in lines if line["event"] == event]


@pytest.fixture
def logged() -> Iterator[Lines]:
    """All that is logged from `INFO` on, as production writes it."""
    lines, root = Lines(), logging.getLogger()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(formatter(machine_readable=True))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)
    structlog.contextvars.clear_contextvars()


@pytest.mark.django_db
def test_a_request_tells_its_id_account_set_and_user(company, signed_in, logged: Lines) -> None:  # type: ignore[no-untyped-def]
    client = signed_in("shanlina")
    assert client.get("/").status_code == 200
    (line,) = logged.of("request_finished")
    assert uuid.UUID(line["request_id"])
    assert line["account_set"] == "t_one"
    assert line["user_id"] == company["shanlina"].pk
    assert line["level"] == "info"
    assert client.cookies[settings.SESSION_COOKIE_NAME].value not in logged.text


@pytest.mark.django_db
def test_passwords_and_tokens_are_in_no_line(company, logged: Lines) -> None:  # type: ignore[no-untyped-def]
    account_set = AccountSet.objects.get(schema_name="t_one")
    _key, token = issue_access_key(
        account_set=account_set, user_id=company["shanlina"].pk, purpose="test"
    )
    Client().get("/api/tasks/", headers={"Authorization": f"Bearer {token}"})
    form = {"account_set": "t_one", "username": "shanlina", "password": PASSWORD}
    Client().post("/login/", form)
    assert len(logged.of("request_finished")) == 2
    for secret in (token, PASSWORD):
        assert secret not in logged.text


def test_an_error_is_one_line_without_the_values_of_variables(logged: Lines) -> None:
    password = PASSWORD
    try:
        raise ValueError(len(password))
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
    (line,) = logged.of("it failed")
    assert line["level"] == "error"
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert "test_logs.py" in json.dumps(line["exception"])
    assert PASSWORD not in logged.text


@pytest.mark.django_db
def test_a_job_tells_its_id_and_account_set(logged: Lines) -> None:
    receiver = CeleryReceiver()  # as the worker connects it; gone with this test
    receiver.connect_worker_signals()
    with in_account_set("t_two"):
        result = where_am_i.apply(args=["logged"])
    (line,) = logged.of("task_succeeded")
    assert line["task_id"] == result.id
    assert line["account_set"] == "t_two"


def test_the_web_server_itself_logs_the_same_way() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", SAY], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = answer.stderr.splitlines()
    said = json.loads(line)
    assert said["event"] == "Listening at: http://127.0.0.1:8000"
    assert {said["logger"], said["level"]} == {"_granian", "info"}
    assert not answer.stdout
