"""Logging in to an account set, and out of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone, translation

from apps.accountsets.lockout import locked_message, wrong_login_message
from apps.accountsets.models import AccountSet, Session
from apps.accountsets.routing import in_account_set
from apps.people import services
from apps.people.demo import DEMO_PASSWORD, make_people
from apps.people.models import User

pytestmark = pytest.mark.django_db


def log_in(client: Client, username: str = "shanlina", password: str = DEMO_PASSWORD, **data):
    return client.post(
        "/login/", {"account_set": "t_one", "username": username, "password": password, **data}
    )


def errors(response) -> list[str]:
    return response.context["form"].non_field_errors()


def test_the_page_offers_the_open_account_sets(company):
    AccountSet.objects.filter(schema_name="t_two").update(state=AccountSet.State.SUSPENDED)
    page = Client().get("/login/").content.decode()
    assert 'value="t_one"' in page
    assert 'value="t_two"' not in page


def test_who_forgot_a_password_is_told_whom_to_ask(company):
    page = Client().get("/login/").content.decode()
    assert 'href="#forgotten"' in page
    assert 'id="forgotten"' in page


def test_after_a_wrong_password_one_types_it_again(company):
    form = log_in(Client(), password="wrong").context["form"]
    assert "autofocus" in str(form["password"])
    assert "autofocus" not in str(form["username"])
    assert "shanlina" in str(form["username"])


def test_the_chosen_set_and_user_are_kept_in_the_session(company):
    client = Client()
    assert log_in(client).url == "/"
    session = Session.objects.get()
    assert session.account_set.schema_name == "t_one"
    assert session.user_id == company["shanlina"].pk
    assert client.get("/password/").status_code == 200


def test_the_login_leads_to_where_one_wanted_to_go_but_not_elsewhere(company):
    assert log_in(Client(), next="/approvals/7/").url == "/approvals/7/"
    assert log_in(Client(), next="https://evil.example/").url == "/"


def test_user_names_are_found_in_any_case(company):
    assert log_in(Client(), " ShanLina".strip()).status_code == 302


def test_a_user_of_another_set_is_nobody_here(company, in_set):
    with in_set("t_two"):
        make_people()
        User.objects.filter(username="shanlina").update(username="lina")
    assert log_in(Client(), "lina").status_code == 200
    assert log_in(Client(), "lina", account_set="t_two").status_code == 302


def test_a_closed_set_can_not_be_chosen_by_hand(company):
    AccountSet.objects.update(state=AccountSet.State.SUSPENDED)
    response = log_in(Client())
    assert response.status_code == 200
    assert not Session.objects.exists()


def test_unknown_name_wrong_password_and_closed_account_get_the_same_answer(company):
    services.end_employment(employee=company["wulei"].employee)
    answers = [
        log_in(Client(REMOTE_ADDR="10.0.0.1"), "nobody"),
        log_in(Client(REMOTE_ADDR="10.0.0.2"), "shanlina", "wrong"),
        log_in(Client(REMOTE_ADDR="10.0.0.3"), "wulei"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [errors(answer) for answer in answers] == [[wrong_login_message()]] * 3
    assert not Session.objects.exists()


@pytest.mark.parametrize("username", ["shanlina", "nobody"])
def test_five_wrong_passwords_lock_the_login(company, username):
    client = Client()
    for _ in range(4):
        assert log_in(client, username, "wrong").status_code == 200
    assert log_in(client, username, "wrong").status_code == 429
    response = log_in(client, username)
    assert response.status_code == 429
    assert errors(response) == [locked_message()]
    assert not Session.objects.exists()


def test_a_lock_holds_for_one_name_in_one_set_from_one_address(company, in_set):
    with in_set("t_two"):
        make_people()
    client = Client()
    for _ in range(5):
        log_in(client, "shanlina", "wrong")
    assert log_in(client, "SHANLINA").status_code == 429
    assert log_in(client, "zhoumin").status_code == 302
    assert log_in(Client(), "shanlina", account_set="t_two").status_code == 302
    assert log_in(Client(REMOTE_ADDR="10.0.0.9"), "shanlina").status_code == 302


def test_a_lock_opens_after_a_quarter_of_an_hour(company, settings):
    client = Client()
    for _ in range(5):
        log_in(client, "shanlina", "wrong")
    assert log_in(client).status_code == 429
    from axes.models import AccessAttempt

    earlier = timezone.now() - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.update(attempt_time=earlier)
    assert log_in(client).status_code == 302


def test_the_session_key_changes_with_the_login(company):
    client = Client()
    client.get("/login/")
    session = client.session
    session.save()
    before = session.session_key
    log_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_nothing_of_an_earlier_session_goes_on_in_another_set(company, in_set, signed_in):
    with in_set("t_two"):
        make_people()
    client = signed_in("shanlina", "t_two")
    session = client.session
    session["secret"] = "of t_two"
    session.save()
    log_in(client)
    assert "secret" not in client.session
    assert client.session.account_set.schema_name == "t_one"


def test_set_and_name_are_remembered_on_request(company):
    client = Client()
    log_in(client, remember="on")
    client.post("/logout/")
    form = client.get("/login/").context["form"]
    assert form["account_set"].value() == "t_one"
    assert form["username"].value() == "shanlina"
    log_in(client)
    client.post("/logout/")
    assert client.get("/login/").context["form"]["username"].value() == ""


def test_logging_out_ends_the_session_and_needs_a_post(company, signed_in):
    client = signed_in("shanlina")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == "/login/"
    assert not Session.objects.exists()


def test_a_login_from_another_site_is_refused(company):
    assert log_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_a_new_password_ends_all_other_sessions(company, signed_in):
    here, there, other = signed_in("shanlina"), signed_in("shanlina"), signed_in("zhoumin")
    new = "Another-4-tests"
    data = {"old_password": DEMO_PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/password/", data).status_code == 302
    assert here.get("/password/").status_code == 200
    assert there.get("/password/").status_code == 302
    assert other.get("/password/").status_code == 200
    assert log_in(Client()).status_code == 200
    assert log_in(Client(), password=new).status_code == 302


def test_a_weak_or_wrongly_confirmed_password_is_refused(company, signed_in):
    client = signed_in("shanlina")
    for new, again, old in [
        ("12345678", "12345678", DEMO_PASSWORD),
        ("Another-4-tests", "Another-5-tests", DEMO_PASSWORD),
        ("Another-4-tests", "Another-4-tests", "wrong"),
    ]:
        data = {"old_password": old, "new_password1": new, "new_password2": again}
        assert client.post("/password/", data).status_code == 200
    assert log_in(Client()).status_code == 302


def test_the_language_can_be_switched_before_the_login(company):
    client = Client()
    assert client.get("/login/").headers["Content-Language"] == "zh-hans"
    assert client.post("/language/", {"language": "en", "next": "/login/"}).url == "/login/"
    assert client.get("/login/").headers["Content-Language"] == "en"
    log_in(client)
    assert client.get("/password/").headers["Content-Language"] == "en"


def test_the_language_of_somebody_who_is_logged_in_is_kept_for_good(company, signed_in):
    signed_in("shanlina").post("/language/", {"language": "en"})
    assert User.objects.get(username="shanlina").language == "en"
    client = Client()
    log_in(client)
    assert client.get("/password/").headers["Content-Language"] == "en"
    signed_in("shanlina").post("/language/", {"language": "xx"})
    assert User.objects.get(username="shanlina").language == "en"


def test_both_languages_have_the_page(company):
    with translation.override("en"):
        english = Client(headers={"Accept-Language": "en"}).get("/login/").content.decode()
    assert "Log in" in english
    assert 'lang="zh-hans"' in english


def test_a_login_is_written_in_the_set_of_the_user(company, in_set):
    with in_set("t_two"):
        make_people()
    log_in(Client())
    assert User.objects.get(username="shanlina").last_login is not None
    with in_account_set("t_two"):
        assert User.objects.get(username="shanlina").last_login is None
