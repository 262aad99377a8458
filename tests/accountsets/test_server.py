"""The background server: its administrators have no account in a set, and the other way round."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accountsets import services
from apps.accountsets.models import ServerAdministrator, Session

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accountsets.probe")]
PASSWORD = "Only-4-tests"


@pytest.fixture
def keeper() -> ServerAdministrator:
    return services.create_server_administrator(
        username="keeper", display_name="守", password=PASSWORD
    )


def log_in(username: str, password: str = PASSWORD) -> tuple[Client, int]:
    client = Client()
    response = client.post("/server/login/", {"username": username, "password": password})
    return client, response.status_code


def test_an_administrator_sees_the_account_sets_and_enters_none(keeper):
    client, status = log_in("keeper")
    assert status == 302
    assert b"t_two" in client.get("/server/").content
    session = Session.objects.get()
    assert (session.account_set, session.user_id) == (None, keeper.pk)
    assert client.get("/look/").url.startswith("/login/")
    assert client.get("/api/look/").status_code == 401


def test_people_of_an_account_set_do_not_get_in(keeper, twins, client_of):
    client, status = log_in("same")
    assert status == 200
    assert client.get("/server/").url == "/server/login/"
    assert client_of(twins[0]).get("/server/").url == "/server/login/"


def test_an_administrator_does_not_get_into_an_account_set(keeper):
    data = {"account_set": "t_one", "username": "keeper", "password": PASSWORD}
    assert Client().post("/login/", data).status_code == 200


def test_whoever_may_not_log_in_any_more_is_out_at_once(keeper):
    client, _status = log_in("keeper")
    ServerAdministrator.objects.update(is_active=False)
    assert client.get("/server/").url == "/server/login/"
    assert log_in("keeper")[1] == 200


def test_logging_out_ends_the_session(keeper):
    client, _status = log_in("keeper")
    assert client.post("/server/logout/").url == "/server/login/"
    assert not Session.objects.exists()
