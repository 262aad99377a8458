"""The way of a request into its account set."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from apps.accountsets.access_keys import issue_access_key, revoke_access_key
from apps.accountsets.models import AccessKey, AccountSet, Session
from apps.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accountsets.probe")]


def ask(token: str):
    return Client().get("/api/look/", headers={"Authorization": f"Bearer {token}"})


def test_without_an_account_set_a_page_leads_to_the_login():
    response = Client().get("/look/?page=2")
    assert response.status_code == 302
    assert response.url == "/login/?next=/look/%3Fpage%3D2"


def test_after_a_form_or_fragment_the_login_leads_back_to_its_page():
    headers = {"Referer": "https://testserver/customers/7/"}
    assert Client().post("/look/", headers=headers).url == "/login/?next=/customers/7/"


def test_a_fragment_without_an_account_set_sends_the_whole_page_to_the_login():
    headers = {"HX-Request": "true", "Referer": "https://testserver/approvals/"}
    response = Client().get("/look/", headers=headers)
    assert response.content == b""
    assert response["HX-Redirect"] == "/login/?next=/approvals/"


def test_without_an_account_set_the_api_answers_401():
    response = Client().get("/api/look/")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["code"] == "not_authenticated"


def test_an_address_that_does_not_exist_needs_no_login():
    assert Client().get("/no/such/page").status_code == 404


def test_an_access_key_is_kept_as_a_hash_and_notes_its_use(twins):
    key, token = issue_access_key(
        account_set=twins[0].account_set, user_id=twins[0].user_id, purpose="feed"
    )
    assert token not in str(AccessKey.objects.values().get())
    assert key.last_used_at is None
    assert ask(token).json()["me"] == twins[0].name
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_unknown_and_revoked_access_keys_are_refused(twins):
    key, token = issue_access_key(
        account_set=twins[0].account_set, user_id=twins[0].user_id, purpose="feed"
    )
    assert ask(token[:-1]).status_code == 401
    assert ask("").status_code == 401
    revoke_access_key(key=key)
    assert ask(token).status_code == 401


def test_a_command_makes_an_access_key_and_shows_its_token(twins):
    out = StringIO()
    call_command("create_access_key", "t_two", "Same", "import", stdout=out)
    assert ask(out.getvalue().strip()).json() == {"set": "t_two", "me": twins[1].name}
    for arguments in (["nowhere", "same"], ["t_two", "nobody"]):
        with pytest.raises(CommandError):
            call_command("create_access_key", *arguments, "import")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_command_lists_access_keys_without_their_tokens(twins):
    token = run("create_access_key", "t_one", "same", "import").strip()
    issue_access_key(account_set=twins[1].account_set, user_id=twins[1].user_id, purpose="feed")
    assert ask(token).status_code == 200

    text = run("list_access_keys")
    shown = json.loads(run("list_access_keys", "--format", "json"))
    key = AccessKey.objects.get(purpose="import")

    assert [(row["account_set"], row["user"], row["purpose"]) for row in shown] == [
        ("t_one", "same", "import"),
        ("t_two", "same", "feed"),
    ]
    assert shown[0]["id"] == key.pk
    assert shown[0]["created_at"] and shown[0]["last_used_at"]
    assert shown[0]["revoked_at"] is shown[1]["last_used_at"] is None
    assert len(text.splitlines()) == 2
    for secret in (token, key.key_hash):
        assert secret not in text
        assert secret not in json.dumps(shown)
    (feed,) = json.loads(run("list_access_keys", "t_two", "--format", "json"))
    assert feed["purpose"] == "feed"
    with pytest.raises(CommandError, match="nowhere"):
        run("list_access_keys", "nowhere")


def test_a_command_revokes_an_access_key_once(twins):
    token = run("create_access_key", "t_one", "same", "import").strip()
    other = twins[0].token()
    key = AccessKey.objects.get(purpose="import")
    assert ask(token).status_code == 200

    run("revoke_access_key", str(key.pk))
    assert ask(token).status_code == 401
    assert ask(other).status_code == 200

    key.refresh_from_db()
    since = key.revoked_at
    run("revoke_access_key", str(key.pk))
    key.refresh_from_db()
    assert key.revoked_at == since
    assert json.loads(run("list_access_keys", "t_one", "--format", "json"))[0]["revoked_at"]
    with pytest.raises(CommandError, match="999999"):
        run("revoke_access_key", "999999")


def test_an_access_key_ends_with_the_login_of_its_user(twins):
    token = twins[0].token()
    User.objects.filter(pk=twins[0].user_id).update(is_active=False)
    assert ask(token).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"state": AccountSet.State.SUSPENDED},
        {"valid_until": -timedelta(days=1)},
        {"valid_from": timedelta(days=1)},
    ],
)
def test_a_closed_account_set_lets_nobody_in(twins, client_of, change):
    client, token = client_of(twins[0]), twins[0].token()
    if "state" not in change:
        change = {field: timezone.localdate() + offset for field, offset in change.items()}
    AccountSet.objects.filter(pk=twins[0].account_set.pk).update(**change)
    assert client.get("/look/").status_code == 302
    assert not Session.objects.exists()
    assert ask(token).status_code == 401


def test_a_user_who_may_no_longer_log_in_is_sent_to_the_login(twins, client_of):
    client = client_of(twins[0])
    User.objects.filter(pk=twins[0].user_id).update(is_active=False)
    assert client.get("/look/").url.startswith("/login/")


def test_a_session_ends_some_time_after_the_login_however_busy(twins, client_of, settings):
    client = client_of(twins[0])
    settings.SESSION_LONGEST = timedelta(seconds=-1)
    assert client.get("/look/").status_code == 302
    assert not Session.objects.exists()


def test_an_idle_session_ends(twins, client_of):
    client = client_of(twins[0])
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/look/").status_code == 302


def test_a_used_session_goes_on(twins, client_of):
    client = client_of(twins[0])
    soon = timezone.now() + timedelta(minutes=5)
    Session.objects.update(expire_date=soon)
    assert client.get("/look/").status_code == 200
    assert Session.objects.get().expire_date > soon + timedelta(hours=1)


def test_a_fresh_session_is_not_written_by_every_request(
    twins, client_of, django_assert_num_queries
):
    client = client_of(twins[0])
    client.get("/api/look/")
    with django_assert_num_queries(2):  # the session with its set, the user
        client.get("/api/look/")
