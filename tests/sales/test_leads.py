"""Leads: what their state lets happen, who is asked, and how their review is shown."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.access.handover import holdings
from apps.core.access.rights import rights_of
from apps.core.inbox.wording import moment
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import hand_over_records, submit_document
from apps.sales.customers.services import open_customer
from apps.sales.leads import services
from apps.sales.leads.evidence import evidence_of
from apps.sales.leads.services import open_lead, touch_lead
from apps.sales.models import Customer, Lead
from engine import tasks
from engine.exceptions import InvalidData, NotAllowed, WrongState
from engine.models import HumanTask, InstanceState, ProcessInstance, TaskState
from tests.casework import deploy
from tests.contracts.factories import rights

pytestmark = pytest.mark.django_db
OWNER, RIVAL, MANAGER = "xiexiaomei", "qiuzhiyuan", "shanlina"


@pytest.fixture
def lead(company) -> Lead:
    """A lead of 解晓梅 that could be submitted."""
    deploy("lead_promotion")
    return open_lead(
        owner=company[OWNER].pk,
        name="太仓沙溪医院",
        contact_name="解志宏",
        contact_mobile="138 0000 4410",
        need="两台彩超",
        budget=Decimal(900000),
    )


def submit(lead: Lead, by: str = OWNER) -> Lead:
    submit_document(kind=kind_of(lead), pk=lead.pk, rights=rights(by))
    lead.refresh_from_db()
    return lead


def decide(lead: Lead, by, decision: str, **data) -> Lead:
    tasks.complete(open_task(lead).pk, user=by.pk, decision=decision, opinion="请补充", data=data)
    lead.refresh_from_db()
    return lead


def open_task(lead: Lead) -> HumanTask:
    return HumanTask.objects.get(
        instance__business_key=lead.business_key,
        state__in=(TaskState.READY, TaskState.RESERVED),
    )


def case_of(lead: Lead) -> ProcessInstance:
    return ProcessInstance.objects.filter(business_key=lead.business_key).latest("pk")


# --- states ---------------------------------------------------------------------------------------
def test_a_contact_makes_a_new_lead_one_that_is_followed(lead):
    at = timezone.now()
    touch_lead(lead_id=lead.pk, at=at)
    touch_lead(lead_id=lead.pk, at=at - timedelta(days=3))
    lead.refresh_from_db()
    assert (lead.state, lead.last_contact_at) == ("following", at)


def test_what_is_missing_is_said_before_it_is_submitted(company, lead):
    bare = open_lead(owner=company[OWNER].pk, name="常熟梅李医院")
    with pytest.raises(InvalidData) as refused:
        submit(bare)
    assert refused.value.data["errors"].keys() == {"contact_name", "contact_mobile", "need"}


def test_a_submitted_lead_is_not_changed(lead, signed_in):
    page = signed_in(OWNER)
    submit(lead)
    assert page.get(url_of(kind_of(lead), "edit", lead.pk)).status_code == 409
    for action in ("change", "delete", "submit", "invalidate"):
        with pytest.raises(WrongState):
            kind_of(lead).require(rights(OWNER), action, lead)
    assert services.set_next_contact(
        lead_id=lead.pk, on=timezone.localdate(), rights=rights(OWNER)
    ).next_contact_on


def test_only_what_was_asked_for_is_changed(company, lead, signed_in):
    decide(submit(lead), company[MANAGER], "ask_more", asked=["budget"])
    page, address = signed_in(OWNER), url_of(kind_of(lead), "edit", lead.pk)
    assert page.get(address).status_code == 200
    typed = {"version": lead.version, "name": "别的医院", "budget": "700000", "need": "别的"}
    assert page.post(address, typed).status_code == 302
    lead.refresh_from_db()
    assert (lead.name, lead.budget, lead.need) == ("太仓沙溪医院", Decimal(700000), "两台彩超")


def test_submitting_it_again_on_its_page_answers_the_reviewer(company, lead, signed_in):
    decide(submit(lead), company[MANAGER], "ask_more", asked=["budget"])
    answer = signed_in(OWNER).post(url_of(kind_of(lead), "submit", lead.pk))
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert lead.state == "submitted"
    assert ProcessInstance.objects.filter(business_key=lead.business_key).count() == 1


# --- commands -------------------------------------------------------------------------------------
def test_taken_back_and_submitted_again(lead):
    submit(lead)
    assert services.take_back(lead_id=lead.pk, rights=rights(OWNER)).state == "following"
    assert submit(lead).state == "submitted"


def test_taken_back_where_more_was_asked_for(company, lead):
    decide(submit(lead), company[MANAGER], "ask_more")
    assert services.take_back(lead_id=lead.pk, rights=rights(OWNER)).state == "following"
    assert case_of(lead).outcome == "taken_back"


def test_colleagues_do_not_take_it_back(lead):
    submit(lead)
    with pytest.raises(NotAllowed):
        services.take_back(lead_id=lead.pk, rights=rights(MANAGER))


def test_marked_as_invalid_its_case_ends(company, lead):
    decide(submit(lead), company[MANAGER], "ask_more")
    closed = services.mark_invalid(lead_id=lead.pk, reason="停业", rights=rights(OWNER))
    assert (closed.state, closed.close_reason) == ("invalid", "停业")
    assert case_of(lead).state == InstanceState.TERMINATED
    with pytest.raises(WrongState):
        services.mark_invalid(lead_id=lead.pk, reason="停业", rights=rights(OWNER))


def test_a_contact_is_planned_for_a_day_to_come(lead):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(InvalidData):
        services.set_next_contact(lead_id=lead.pk, on=yesterday, rights=rights(OWNER))


def test_commands_over_the_api(lead, signed_in):
    api, address = signed_in(OWNER), f"/api/v1/sales/leads/{lead.pk}/"
    day = str(timezone.localdate() + timedelta(days=2))
    answer = api.post(
        f"{address}next-contact/", json.dumps({"next_contact_on": day}), "application/json"
    )
    assert answer.json()["next_contact_on"] == day
    assert api.post(f"{address}submit/").status_code == 200
    assert api.post(f"{address}take-back/", "{}", "application/json").json()["state"] == "following"
    answer = api.post(f"{address}mark-invalid/", json.dumps({"reason": "停业"}), "application/json")
    assert answer.json()["state"] == "invalid"
    again = api.post(f"{address}take-back/", "{}", "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


# --- handed over ----------------------------------------------------------------------------------
def test_who_gets_a_lead_gets_what_its_owner_was_asked(company, lead):
    decide(submit(lead), company[MANAGER], "ask_more")
    assert open_task(lead).assignee == company[OWNER].pk
    hand_over_records(
        kind=kind_of(lead), pks=[lead.pk], to=company[RIVAL].pk, rights=rights(MANAGER)
    )
    assert open_task(lead).assignee == company[RIVAL].pk
    lead.refresh_from_db()
    assert submit(lead, by=RIVAL).state == "submitted"


def test_a_lead_handed_over_during_its_review_is_shown_to_the_reviewer_again(
    company, lead, signed_in
):
    submit(lead)
    seen, task = lead.version, open_task(lead)
    hand_over_records(
        kind=kind_of(lead), pks=[lead.pk], to=company[RIVAL].pk, rights=rights(MANAGER)
    )
    with pytest.raises(InvalidData) as refused:
        decide(lead, company[MANAGER], "approve", version=seen)
    assert "解晓梅 → 仇志远" in refused.value.data["errors"]["__all__"][0]
    page = signed_in(MANAGER)
    address = f"/approvals/{task.pk}/complete"
    sent = {"decision": "approve", "version": seen, "seen_version": task.version}
    answer = page.post(address, sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "解晓梅 → 仇志远" in shown
    lead.refresh_from_db()
    assert f'name="version" value="{lead.version}"' in shown
    assert page.post(address, {**sent, "version": lead.version}).status_code == 302
    assert Customer.objects.get().owner == company[RIVAL]


# --- what is shown --------------------------------------------------------------------------------
def test_the_reviewer_sees_the_lead_and_what_agrees_with_it(company, lead, signed_in):
    other = open_customer(name="太仓沙溪医院有限公司", owner=company[OWNER].pk)
    submit(lead)
    page = signed_in(MANAGER)
    shown = page.get(f"/approvals/{open_task(lead).pk}/").content.decode()
    for text in ("太仓沙溪医院有限公司", "两台彩超", "同时建立机会", "疑似重复"):
        assert text in shown, text
    tab = page.get(url_of(kind_of(lead), "page", lead.pk), {"tab": "duplicates"})
    assert url_of(kind_of(other), "page", other.pk) in tab.content.decode()


@pytest.mark.parametrize(
    ("reported", "protected", "said", "unsaid"),
    [(-10, 40, "早于本线索", "晚于本线索"), (1, -1, "晚于本线索", "早于本线索")],
)
def test_who_rules_sees_who_was_first_how_long_it_is_protected_and_the_last_contact(
    company, lead, signed_in, reported, protected, said, unsaid
):
    now = timezone.now()
    known = open_customer(name="太仓沙溪医院有限公司", owner=company[RIVAL].pk)
    heard, until = now - timedelta(days=3), timezone.localdate() + timedelta(days=protected)
    Customer.objects.filter(pk=known.pk).update(
        created_at=lead.created_at + timedelta(days=reported),
        last_contact_at=heard,
        protected_until=until,
    )
    submit(lead)
    tasks.complete(open_task(lead).pk, user=company[OWNER].pk, decision="ask_ruling", opinion="先")
    (found,) = evidence_of(lead, rights(MANAGER))
    assert (found.first, found.protected) == (reported < 0, protected > 0)
    assert (found.owner, found.last_contact_at) == ("仇志远", heard)
    assert found.url == url_of(kind_of(known), "page", known.pk)
    ruling = open_task(lead)
    assert ruling.element == "rule"
    shown = signed_in(MANAGER).get(f"/approvals/{ruling.pk}/").content.decode()
    protection = f"至 {until:%Y-%m-%d}" if protected > 0 else "已过期"
    for text in ("太仓沙溪医院有限公司", "仇志远", said, protection, moment(heard)):
        assert text in shown, text
    assert unsaid not in shown


def test_whoever_may_not_see_a_match_gets_no_link_to_it(company, lead, signed_in):
    other = open_customer(name="太仓沙溪医院有限公司", owner=company[RIVAL].pk)
    submit(lead)
    assert lead.state == "conflict"
    tab = signed_in(OWNER).get(url_of(kind_of(lead), "page", lead.pk), {"tab": "duplicates"})
    shown = tab.content.decode()
    assert "仇志远" in shown
    assert "太仓沙溪医院有限公司" in shown
    assert url_of(kind_of(other), "page", other.pk) not in shown


def test_leads_are_found_by_when_they_are_to_be_contacted(company, lead, signed_in):
    page, address = signed_in(OWNER), url_of(kind_of(lead), "list")
    today = timezone.localdate()
    for days, contact in ((0, "today"), (-2, "overdue"), (3, "week")):
        Lead.objects.update(next_contact_on=today + timedelta(days=days))
        found = {
            choice: lead.name in page.get(address, {"contact": choice}).content.decode()
            for choice in ("today", "overdue", "week", "none")
        }
        assert found[contact], contact
        assert not found["none"]
        assert found["overdue"] == (days < 0)
    Lead.objects.update(next_contact_on=None)
    assert lead.name in page.get(address, {"contact": "none"}).content.decode()


def test_a_leaver_hands_over_leads(company, lead):
    assert holdings["sales.lead"].count(company[OWNER].pk) == 1
    holdings["sales.lead"].hand_over(company[OWNER].pk, company[RIVAL].pk, company["admin"].pk)
    lead.refresh_from_db()
    assert lead.owner == company[RIVAL]
    assert rights_of(company[RIVAL].pk).may("sales.lead", "view")
