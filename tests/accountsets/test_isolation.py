"""Nothing of one account set is ever seen in another, although all primary keys are equal."""

from __future__ import annotations

import os
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import chain, current_app, shared_task
from celery.contrib.testing.worker import start_worker
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from apps.accountsets import routing
from apps.accountsets.celery import WrongAccountSetError
from apps.accountsets.models import Session
from apps.accountsets.routing import NoAccountSetError, current_set, in_account_set
from apps.accountsets.sessions import sign_out_everywhere
from apps.people.models import Department, User

pytestmark = pytest.mark.urls("tests.accountsets.probe")


@shared_task(name="tests.see")
def see(earlier: list[str] | None = None) -> list[str]:
    return [*(earlier or []), current_set(), Department.objects.get(pk=1001).name]


@shared_task(name="tests.see_through_another")
def see_through_another() -> list[str]:
    inner = see.apply_async(headers={"account_set": "t_two"}).get(disable_sync_subtasks=False)
    return [*inner, *see()]


QUEUE = f"tests.accountsets.{os.getpid()}"
seen: queue.Queue[tuple[str, str]] = queue.Queue()


@shared_task(name="tests.note")
def note() -> None:
    """Runs in a worker, which is a thread of this process."""
    department = "" if routing.in_public() else Department.objects.get(pk=1001).name
    seen.put((connection.schema_name, department))


@pytest.fixture
def eager(settings):
    current_app.conf.task_always_eager = True
    current_app.conf.task_eager_propagates = True
    yield
    current_app.conf.task_always_eager = False
    current_app.conf.task_eager_propagates = False


def test_pages_show_the_set_of_the_session(twins, client_of):
    for twin in twins:
        seen = client_of(twin).get("/look/").json()
        assert seen["set"] == twin.schema_name
        assert seen["me"] == seen["user_1"] == twin.name
        assert seen["departments"] == [twin.department]
        assert seen["lock"] == f"{twin.schema_name}:import"


def test_a_streamed_body_is_read_in_the_set_of_its_request(twins, client_of):
    one, two = twins
    responses = [client_of(one).get("/stream/"), client_of(two).get("/stream/")]
    assert responses[1].getvalue().decode() == two.department
    assert client_of(one).get("/stream/").getvalue().decode() == one.department


def test_an_access_key_opens_its_own_set_whatever_cookie_comes_along(twins, client_of):
    one, two = twins
    client = client_of(one)
    for twin in (two, one):
        answer = client.get("/api/look/", headers={"Authorization": f"Bearer {twin.token()}"})
        assert answer.json() == {"set": twin.schema_name, "me": twin.name}


def test_the_connection_rests_after_each_request(twins, client_of, monkeypatch):
    _one, two = twins
    client = client_of(two)
    assert client.get("/look/").json()["set"] == "t_two"
    assert connection.schema_name == routing.resting_schema == "t_one"


def test_caches_and_files_are_apart(twins, client_of):
    for twin in twins:
        first = client_of(twin).get("/remember/").json()
        assert first == {"before": None, "file_before": False, "file": twin.name}
    for twin in twins:
        again = client_of(twin).get("/remember/").json()
        assert again == {"before": twin.name, "file_before": True, "file": twin.name}
    for twin in twins:
        with in_account_set(twin.schema_name):
            cache.delete("note")


def test_files_and_locks_need_an_account_set():
    with in_account_set("public"):
        with pytest.raises(NoAccountSetError):
            default_storage.exists("letter.txt")
        with pytest.raises(NoAccountSetError):
            routing.scoped("import")


@pytest.mark.parametrize("name", ["../t_two/letter.txt", "/etc/passwd"])
def test_a_file_name_does_not_lead_out_of_the_set(name):
    from django.core.exceptions import SuspiciousFileOperation

    with pytest.raises(SuspiciousFileOperation):
        default_storage.path(name)


def move_content_types(schema_name: str) -> None:
    with in_account_set(schema_name), connection.cursor() as cursor:
        cursor.execute("UPDATE django_content_type SET id = id + 5000")


def test_content_types_are_not_answered_by_what_another_thread_cached(own_database):
    move_content_types("t_two")
    own = ContentType.objects.get_for_model(User).pk

    def in_another_thread() -> int:
        connection.set_schema("t_two")
        try:
            return ContentType.objects.get_for_model(User).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        other = pool.submit(in_another_thread).result()
    assert other == own + 5000
    assert ContentType.objects.get_for_model(User).pk == own


def test_jobs_run_in_the_set_they_were_sent_from(twins, eager):
    one, two = twins
    for twin in (two, one):
        with in_account_set(twin.schema_name):
            assert see.delay().get() == [twin.schema_name, twin.department]
            assert chain(see.s(), see.s()).delay().get() == [twin.schema_name, twin.department] * 2
    assert see_through_another.delay().get() == ["t_two", two.department, "t_one", one.department]


def test_a_worker_runs_each_job_in_its_set_and_rests_in_public(own_database, twins):
    for name in ("t_two", "t_one", "t_two"):
        with in_account_set(name):
            note.apply_async(queue=QUEUE)
    note.apply_async(queue=QUEUE, headers={"account_set": ""})
    note.apply_async(queue=QUEUE, headers={"account_set": "public"})
    with start_worker(
        current_app, pool="solo", perform_ping_check=False, queues=[QUEUE], loglevel="CRITICAL"
    ):
        found = [seen.get(timeout=20) for _ in range(4)]
    assert found == [("t_two", "乙部"), ("t_one", "甲部"), ("t_two", "乙部"), ("public", "")]


def test_a_job_without_an_account_set_is_refused(twins, eager):
    with pytest.raises(WrongAccountSetError):
        see.apply_async(headers={"account_set": ""}).get()


def test_signing_out_everywhere_ends_the_sessions_of_one_set_only(twins, client_of):
    one, two = twins
    clients = [client_of(one), client_of(one), client_of(two)]
    with in_account_set(one.schema_name):
        sign_out_everywhere(user_id=one.user_id)
    assert [client.get("/look/").status_code for client in clients] == [302, 302, 200]
    assert list(Session.objects.values_list("account_set__schema_name", "user_id")) == [
        ("t_two", two.user_id)
    ]


def test_concurrent_requests_of_two_sets_never_mix(own_database, twins, client_of):
    content_types = {}
    move_content_types("t_two")
    for twin in twins:
        with in_account_set(twin.schema_name):
            content_types[twin.schema_name] = ContentType.objects.get_for_model(User).pk
    cookies = {twin: client_of(twin).cookies for twin in twins}
    tokens = {twin: twin.token() for twin in twins}
    barrier = threading.Barrier(4)

    def work(number: int) -> list[str]:
        wrong = []
        barrier.wait()
        for turn in range(24):
            twin = twins[(number + turn // 3) % 2]
            client = Client()
            client.cookies = cookies[twin]
            seen = client.get("/look/").json()
            expected = {
                "set": twin.schema_name,
                "me": twin.name,
                "user_1": twin.name,
                "departments": [twin.department],
                "content_type": content_types[twin.schema_name],
                "lock": f"{twin.schema_name}:import",
            }
            if seen != expected:
                wrong.append(f"{expected} != {seen}")
            streamed = client.get("/stream/").getvalue().decode()
            if streamed != twin.department:
                wrong.append(streamed)
            other = twins[(number + turn // 3 + 1) % 2]
            headers = {"Authorization": f"Bearer {tokens[other]}"}
            answer = Client().get("/api/look/", headers=headers).json()
            if answer != {"set": other.schema_name, "me": other.name}:
                wrong.append(str(answer))
        connection.close()
        return wrong

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert [wrong for found in pool.map(work, range(4)) for wrong in found] == []
