"""People in the settings, and one's own account: through the doors."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from apps.accountsets.models import Session
from apps.core.access.models import RoleGrant
from apps.core.access.rights import rights_of
from apps.core.access.services import grants_of, scopes_of, version_of
from apps.core.audit.models import AuditEntry, Event
from apps.people.demo import DEMO_PASSWORD
from apps.people.models import Department, FirmRole, RoleHolder, Substitute, User, WorkCalendarDay
from apps.people.services.second_step import has_second_step
from engine.organisation import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(company, signed_in) -> Client:
    return signed_in("admin")


def log_in(username: str, password: str = DEMO_PASSWORD) -> tuple[Client, object]:
    client = Client()
    data = {"account_set": "t_one", "username": username, "password": password}
    return client, client.post("/login/", data)


def noted(event: Event) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(event=event).order_by("pk"))


# --- users ------------------------------------------------------------------------------------
def test_users_are_found_by_name_and_department(admin):
    assert "仇志远" in admin.get("/settings/users/?q=仇").content.decode()
    page = admin.get("/settings/users/?q=华东组").content.decode()
    assert "解晓梅" in page
    assert "区文斌" not in page


def test_a_new_user_chooses_a_password_at_the_first_login(admin):
    sales = Department.objects.get(name="销售部").pk
    data = {
        "username": "NewOne",
        "display_name": "<b>新</b>",
        "department": sales,
        "email": "",
        "language": "en",
        "position": "",
    }
    page = admin.post("/settings/users/new/", data)
    assert "<b>新</b>" not in page.content.decode()
    password = re.search(r"data-password>([^<]+)<", page.content.decode())[1]
    client, _answer = log_in("newone", password)
    assert client.get("/approvals/").url == "/password/"
    assert client.get("/api/v1/tasks/").status_code == 403
    same = {
        "old_password": password,
        "new_password1": password,
        "new_password2": password,
    }
    assert client.post("/password/", same).status_code == 200
    other = same | {"new_password1": "Quiet-river-9", "new_password2": "Quiet-river-9"}
    assert client.post("/password/", other).status_code == 302
    assert client.get("/approvals/").status_code == 200
    assert log_in("newone", "Quiet-river-9")[1].status_code == 302


def test_a_user_without_a_role_is_led_to_the_roles(admin, company):
    assert "角色" in admin.get("/settings/users/new/").content.decode()
    leads = 'href="/settings/roles/">分配角色'
    user = company["baixue"]
    assert leads not in admin.get(f"/settings/users/{user.pk}/").content.decode()
    RoleHolder.objects.filter(employee=user.pk).delete()
    assert leads in admin.get(f"/settings/users/{user.pk}/").content.decode()


def test_a_user_name_is_given_once(admin):
    data = {"username": "shanlina", "display_name": "又", "language": "en", "department": 1}
    page = admin.post("/settings/users/new/", data)
    assert page.status_code == 422
    assert "又" in page.content.decode()


def test_a_one_time_password_is_worth_nothing_after_its_time(admin, company):
    user = company["wulei"]
    page = admin.post(f"/settings/users/{user.pk}/reset-password").content.decode()
    password = re.search(r"data-password>([^<]+)<", page)[1]
    User.objects.filter(pk=user.pk).update(one_time_until=timezone.now())
    assert log_in("wulei", password)[1].status_code == 200
    assert noted(Event.PASSWORD_RESET)[0].actor == company["admin"].pk
    assert password not in str(AuditEntry.objects.values_list("before", "after", "label"))


def test_a_lock_says_when_it_ends_and_can_be_lifted(admin, company):
    for _try in range(6):
        _client, answer = log_in("wulei", "wrong")
    assert answer.status_code == 429
    assert "15" in answer.content.decode()
    assert len(noted(Event.LOGIN_LOCKED)) == 1
    page = admin.get(f"/settings/users/{company['wulei'].pk}/").content.decode()
    assert f"{timezone.localtime() + timedelta(minutes=15):%H:%M}" in page
    admin.post(f"/settings/users/{company['wulei'].pk}/unlock")
    assert log_in("wulei")[1].status_code == 302


def test_nobody_closes_the_own_login(admin, company):
    assert admin.post(f"/settings/users/{company['admin'].pk}/disable").status_code == 422
    assert User.objects.get(username="admin").is_active


# --- leaving ----------------------------------------------------------------------------------
def test_whoever_holds_something_is_not_disabled_but_told_what(admin, company):
    page = admin.post(f"/settings/users/{company['baixue'].pk}/disable")
    assert page.status_code == 422
    assert "出纳" in page.content.decode()
    assert User.objects.get(username="baixue").is_active


def test_somebody_leaves_after_handing_over_in_one_go(admin, company, signed_in):
    signed_in("baixue")
    address = f"/settings/employees/{company['baixue'].pk}/hand-over/"
    today = timezone.localdate().isoformat()
    refused = admin.post(address, {"left_on": today, "act": "leave"})
    assert refused.status_code == 422
    data = {"left_on": today, "act": "leave", "everything": company["wulei"].pk, "reason": "x"}
    assert admin.post(address, data).status_code == 302
    assert not User.objects.get(username="baixue").is_active
    assert not Session.objects.filter(user_id=company["baixue"].pk).exists()
    assert company["wulei"].employee.roles.filter(role=Role.CASHIER).exists()
    assert noted(Event.HANDED_OVER)[0].reason == "x"


def test_heads_hand_over_their_departments_and_people(admin, company):
    boss = company["shanlina"]
    company["zhamin"].employee.__class__.objects.filter(pk=company["zhamin"].pk).update(
        superior=boss.pk
    )
    address = f"/settings/employees/{boss.pk}/hand-over/"
    data = {
        "left_on": timezone.localdate().isoformat(),
        "act": "hand-over",
        "everything": company["qiuzhiyuan"].pk,
    }
    assert admin.post(address, data).status_code == 302
    assert Department.objects.get(name="销售部").head_id == company["qiuzhiyuan"].pk
    assert User.objects.get(username="zhamin").employee.superior_id == company["qiuzhiyuan"].pk
    assert User.objects.get(pk=boss.pk).is_active


# --- departments and roles --------------------------------------------------------------------
def test_a_department_is_made_moved_and_deleted(admin):
    sales, top = (Department.objects.get(name=name) for name in ("销售部", "总经办"))
    admin.post("/settings/departments/new/", {"name": "华北组", "parent": sales.pk})
    made = Department.objects.get(name="华北组")
    assert made.path.startswith(sales.path)
    admin.post(f"/settings/departments/{made.pk}/", {"name": "北方组", "parent": top.pk})
    made.refresh_from_db()
    assert (made.name, made.parent) == ("北方组", top)
    circle = admin.post(f"/settings/departments/{top.pk}/", {"name": "总经办", "parent": made.pk})
    assert circle.status_code == 422
    assert admin.post(f"/settings/departments/{made.pk}/delete").status_code == 302
    assert not Department.objects.filter(pk=made.pk).exists()
    admin.post(f"/settings/departments/{sales.pk}/delete")
    assert Department.objects.filter(pk=sales.pk).exists()


def test_a_role_of_the_firm_gives_rights(admin, company):
    made = admin.post("/settings/roles/new/", {"name": "质检"})
    role = FirmRole.objects.get(name="质检")
    assert made.url == f"/settings/roles/{role.code}/rights/"
    admin.post(f"/settings/roles/{role.code}/", {"employee": company["wulei"].pk})
    data = {"version": version_of([], {}), "grant": ["people.user:view"]}
    assert admin.post(made.url, data).status_code == 302
    assert rights_of(company["wulei"].pk).may("people.user", "view")
    assert not rights_of(company["wulei"].pk).may("people.user", "change")
    holder = RoleHolder.objects.get(role=role.code)
    admin.post(f"/settings/roles/{role.code}/withdraw/{holder.pk}")
    assert not rights_of(company["wulei"].pk).may("people.user", "view")
    admin.post(f"/settings/roles/{role.code}/delete")
    assert not RoleGrant.objects.filter(role=role.code).exists()


def test_of_two_who_change_rights_at_once_the_second_is_asked_again(admin, signed_in):
    address = "/settings/roles/hr/rights/"
    seen = version_of(grants_of("hr"), scopes_of("hr"))
    first = {"version": seen, "grant": ["people.calendar:view"]}
    assert admin.post(address, first).status_code == 302
    second = admin.post(address, {"version": seen, "grant": ["people.audit:view"]})
    assert second.status_code == 409
    assert grants_of("hr") == {("people.calendar", "view")}
    page = second.content.decode()
    assert re.search(r'value="people.audit:view"[^>]*checked', page)
    assert "系统管理员" in page
    again = re.search(r'name="version" value="(\w+)"', page)[1]
    data = {"version": again, "grant": ["people.audit:view"]}
    assert admin.post(address, data).status_code == 302
    assert grants_of("hr") == {("people.audit", "view")}
    assert len(noted(Event.RIGHTS_CHANGED)) == 2


def test_administrators_can_not_give_the_giving_of_rights_away(admin):
    role = "administrator"
    seen = version_of(grants_of(role), scopes_of(role))
    admin.post(f"/settings/roles/{role}/rights/", {"version": seen})
    assert grants_of(role) == {("people.role", "view"), ("people.role", "change")}
    holder = RoleHolder.objects.get(role=role)
    admin.post(f"/settings/roles/{role}/withdraw/{holder.pk}")
    assert RoleHolder.objects.filter(role=role).exists()


def test_unknown_rights_are_refused(admin):
    seen = version_of(grants_of("hr"), scopes_of("hr"))
    data = {"version": seen, "grant": ["people.user:void", "no.kind:view"]}
    assert admin.post("/settings/roles/hr/rights/", data).status_code == 409
    assert ("people.user", "void") not in grants_of("hr")


# --- substitutes, calendar --------------------------------------------------------------------
def moments() -> dict[str, str]:
    start = timezone.localtime() + timedelta(days=1)
    return {
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }


def test_everybody_names_the_own_substitute_and_nobody_elses(company, signed_in):
    client = signed_in("wulei")
    own = {"principal": company["wulei"].pk, "substitute": company["chenhai"].pk, **moments()}
    others = own | {"principal": company["baixue"].pk}
    assert client.post("/settings/substitutes/", others).status_code == 422
    assert client.post("/settings/substitutes/", own).status_code == 302
    row = Substitute.objects.get()
    assert signed_in("baixue").post(f"/settings/substitutes/{row.pk}/end").status_code == 403
    assert client.post(f"/settings/substitutes/{row.pk}/end").status_code == 302
    assert not Substitute.objects.exists()


def test_administrators_name_those_of_others(admin, company):
    data = {"principal": company["wulei"].pk, "substitute": company["chenhai"].pk, **moments()}
    assert admin.post("/settings/substitutes/", data).status_code == 302
    backwards = data | {"ends_at": data["starts_at"]}
    assert admin.post("/settings/substitutes/", backwards).status_code == 422


def test_a_day_departs_from_the_official_calendar_and_follows_it_again(admin, signed_in):
    address = "/settings/calendar/?day=2026-10-01"
    assert "国庆节" in admin.get("/settings/calendar/?month=2026-10").content.decode()
    assert admin.post(address, {"kind": "works", "hours": "3", "note": "值班"}).status_code == 302
    day = WorkCalendarDay.objects.get()
    assert (day.works, day.hours, day.note) == (True, 3, "值班")
    assert admin.post(address, {"kind": "works", "hours": "9"}).status_code == 422
    assert admin.post(address, {"kind": "official"}).status_code == 302
    assert not WorkCalendarDay.objects.exists()
    assert signed_in("wulei").post(address, {"kind": "free"}).status_code == 403


@pytest.mark.parametrize("query", ["month=x", "month=9999-12", "day=0001-01-01", "day=2026-02-31"])
def test_months_that_make_no_sense_show_this_one(admin, query):
    assert admin.get(f"/settings/calendar/?{query}").status_code == 200


# --- audit log --------------------------------------------------------------------------------
def test_the_audit_log_is_filtered_and_paged(admin, company):
    log_in("wulei")
    log_in("wulei", "wrong")
    page = admin.get("/settings/audit/", {"event": "login.failed"}).content.decode()
    assert "wulei" in page
    assert "127.0.0.1" in page
    assert [entry.label for entry in noted(Event.LOGIN_FAILED)] == ["wulei"]
    assert "wulei" not in admin.get("/settings/audit/", {"event": "user.made"}).content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    assert admin.get("/settings/audit/", {"until": yesterday.isoformat()}).status_code == 200
    for query in ("since=x", "actor=999999", "cursor=%3Ex", "cursor=%3C" + "9" * 40):
        assert admin.get(f"/settings/audit/?{query}").status_code == 200


# --- one's own account ------------------------------------------------------------------------
def code_of(user: User) -> str:
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    return f"{totp.token():06d}"


@pytest.fixture
def secured(company, signed_in) -> tuple[User, list[str]]:
    """Somebody with a second step, and the recovery codes."""
    client, user = signed_in("wulei"), company["wulei"]
    assert client.get("/account/second-step/").status_code == 200
    assert client.post("/account/second-step/", {"code": "000000x"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    page = client.post("/account/second-step/", {"code": code_of(user)})
    codes = re.findall(r"data-code>([^<]+)<", page.content.decode())
    assert len(codes) == 10
    assert has_second_step(user)
    TOTPDevice.objects.update(last_t=-1)  # as if half a minute had passed
    return user, codes


def test_the_second_step_is_asked_for_at_the_login(secured):
    user, _codes = secured
    client, answer = log_in("wulei")
    assert answer.url == "/login/code/"
    assert client.get("/approvals/").status_code == 302
    assert client.post("/login/code/", {"code": "abc"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert client.post("/login/code/", {"code": code_of(user)}).url == "/"
    assert client.get("/account/").status_code == 200


def test_after_a_wrong_code_one_waits(secured):
    user, _codes = secured
    client, _answer = log_in("wulei")
    client.post("/login/code/", {"code": "000000"})
    assert client.post("/login/code/", {"code": code_of(user)}).status_code == 200
    assert client.get("/account/").status_code == 302


def test_a_recovery_code_opens_one_login(secured):
    _user, codes = secured
    client, _answer = log_in("wulei")
    assert client.post("/login/code/", {"code": codes[0].upper()}).status_code == 302
    client, _answer = log_in("wulei")
    assert client.post("/login/code/", {"code": codes[0]}).status_code == 200


def test_a_code_without_a_password_before_leads_back(company):
    assert Client().post("/login/code/", {"code": "123456"}).url == "/login/"


def test_the_second_step_goes_off_by_password_or_administrator(secured, admin, signed_in):
    user, _codes = secured
    client = signed_in("wulei")
    client.post("/account/second-step/off", {"password": "wrong"})
    assert has_second_step(user)
    admin.post(f"/settings/users/{user.pk}/second-step-off")
    assert not has_second_step(user)
    assert client.get("/account/").status_code == 302  # signed out


def test_administrators_set_it_up_first_where_it_is_forced(company, settings):
    settings.SECOND_STEP_FORCED = True
    client, _answer = log_in("admin")
    assert client.get("/approvals/").url == "/account/second-step/"
    client.get("/account/second-step/")
    client.post("/account/second-step/", {"code": code_of(company["admin"])})
    assert client.get("/approvals/").status_code == 200
    assert log_in("wulei")[0].get("/approvals/").status_code == 200


def test_one_sees_where_one_is_logged_in_and_ends_the_others(company):
    here, _answer = log_in("wulei")
    there, _answer = log_in("wulei")
    assert here.get("/account/").content.decode().count("127.0.0.1") == 2
    here.post("/account/sessions/end")
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
