"""Making, listing and dropping account sets."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from apps.accountsets import schemas, services
from apps.accountsets.models import AccountSet, Session
from apps.accountsets.routing import in_account_set
from apps.accountsets.storage import AccountSetStorage
from apps.people.models import User
from engine.models import ProcessDefinition

# Schemas are made by another database role, whose connection sees only what is committed.
committed = pytest.mark.usefixtures("own_database")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def schema_tables(schema_name: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema_name])
        return {name for (name,) in cursor.fetchall()}


@committed
def test_a_new_set_is_empty_and_has_the_tables_of_the_others():
    made = run("create_account_set", "fresh", "--name", "新账套", "--company", "某公司")
    assert made == "fresh\t新账套\n"
    assert schema_tables("fresh") == schema_tables("t_one") != set()
    with in_account_set("fresh"):
        assert not User.objects.exists()
        assert ProcessDefinition.objects.filter(key="general_request").exists()
        User.objects.create(username="x", display_name="x")
    assert not User.objects.filter(username="x").exists()


@pytest.mark.django_db
def test_sets_are_listed():
    AccountSet.objects.filter(schema_name="t_two").update(company="某公司", state="suspended")
    assert run("list_account_sets") == "t_one\tt_one\t\tactive\nt_two\tt_two\t某公司\tsuspended\n"
    rows = json.loads(run("list_account_sets", "--format", "json"))
    assert [(row["schema_name"], row["company"]) for row in rows] == [
        ("t_one", ""),
        ("t_two", "某公司"),
    ]


@pytest.mark.parametrize(
    "name", ["public", "t_one", "pg_x", "Capital", "a b", 'a"b', "1st", "", "x" * 49, "a-b"]
)
@pytest.mark.django_db
def test_names_that_a_schema_can_not_have_are_refused(name):
    with pytest.raises(CommandError):
        run("create_account_set", name)
    assert AccountSet.objects.count() == 2


@pytest.mark.django_db
def test_a_name_that_people_know_already_is_refused():
    with pytest.raises(ValidationError):
        services.create_account_set(schema_name="other", name="t_one")
    assert not services.schema_exists("other")


@committed
def test_a_set_whose_schema_can_not_be_built_leaves_nothing(monkeypatch):
    def fail(schema_name: str) -> None:
        schemas.build_schema(schema_name)
        raise RuntimeError("disk full")

    monkeypatch.setattr(services, "build_schema", fail)
    with pytest.raises(RuntimeError):
        services.create_account_set(schema_name="half", name="half")
    assert not services.schema_exists("half")
    assert not AccountSet.objects.filter(schema_name="half").exists()


@committed
def test_a_dropped_set_takes_its_sessions_and_keys_along(twins, client_of):
    _one, two = twins
    client_of(two)
    two.token()
    assert "t_two" in run("drop_account_set", "t_two", "--yes")
    assert not services.schema_exists("t_two")
    assert not Session.objects.exists()
    assert list(AccountSet.objects.values_list("schema_name", flat=True)) == ["t_one"]
    assert User.objects.get(username="same").display_name == "甲"


@committed
def test_a_dropped_set_leaves_neither_files_nor_cached_values_to_the_next_of_its_name(twins):
    storage = AccountSetStorage()
    for twin in twins:
        with in_account_set(twin.schema_name):
            storage.save("attachments/offer.txt", ContentFile(twin.name.encode()))
            cache.set("progress", twin.name)
    run("drop_account_set", "t_two", "--yes")
    run("create_account_set", "t_two", "--name", "新账套")
    with in_account_set("t_two"):
        assert not storage.exists("attachments/offer.txt")
        assert not Path(storage.location).exists()
        assert cache.get("progress") is None
    with in_account_set("t_one"):
        assert storage.open("attachments/offer.txt").read() == "甲".encode()
        assert cache.get("progress") == "甲"


@committed
def test_dropping_asks_for_the_name_again(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda: "t_one")
    with pytest.raises(CommandError):
        run("drop_account_set", "t_two")
    assert services.schema_exists("t_two")
    monkeypatch.setattr("builtins.input", lambda: "t_two")
    run("drop_account_set", "t_two")
    assert not services.schema_exists("t_two")


@pytest.mark.django_db
def test_dropping_an_unknown_set_says_so():
    with pytest.raises(CommandError, match="nowhere"):
        run("drop_account_set", "nowhere", "--yes")
