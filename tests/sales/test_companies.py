"""Yellow pages: claimed once, given back, promoted, assigned, taken back after silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.access.rights import rights_of
from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.addresses import url_of
from apps.core.kinds.editing import Editor
from apps.core.kinds.registry import kinds
from apps.core.links.services import trace
from apps.core.parameters.services import set_parameter
from apps.sales import parameters
from apps.sales.activities.services import finish_activity, plan_activity
from apps.sales.companies import promotion, services
from apps.sales.models import CompanyClaim, CompanyState, Lead, TargetCompany
from engine.exceptions import Conflict, InvalidData, NotAllowed, WrongState
from tests.casework import MONDAY
from tests.kinds.factories import all_rights, make, posted, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

KEY = "sales.targetcompany"
DAY = timedelta(days=1)


@pytest.fixture
def who(company):
    """Rights by user name, as the demo company begins."""
    return lambda name: rights_of(company[name].pk)


def enter(by: str = "shanlina", **given) -> TargetCompany:
    """A company that nobody has claimed."""
    kind = kinds[KEY]
    return Editor(kind, all_rights(by), data=posted(KEY, typed(KEY, by, **given))).save()


def settle(parameter, value, company) -> None:
    set_parameter(parameter=parameter, value=value, by=company["admin"].pk)


def test_everyone_who_sells_sees_and_claims_what_nobody_has(who):
    row = enter()
    kind = kinds[KEY]
    for name in ("xiexiaomei", "ouwenbin"):
        assert row in kind.queryset(who(name))
        assert "claim" in kind.abilities(who(name), row)
        assert "change" not in kind.abilities(who(name), row)
    services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))
    row.refresh_from_db()
    assert (row.state, row.owner.username) == (CompanyState.CLAIMED, "xiexiaomei")
    assert row.department_id == row.owner.employee.department_id
    assert row not in kind.queryset(who("ouwenbin"))
    assert row in kind.queryset(who("shanlina"))
    assert "change" in kind.abilities(who("xiexiaomei"), row)
    entry = AuditEntry.objects.get(event=Event.COMPANY_CLAIMED)
    assert (entry.actor, entry.subject) == (row.owner_id, row.business_key)


def test_the_slower_one_reads_who_won_and_when(who, company, signed_in):
    row = enter()
    services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))
    row.refresh_from_db()
    with pytest.raises(Conflict) as lost:
        services.claim_company(company_id=row.pk, rights=who("ouwenbin"))
    assert lost.value.data == {"by": row.owner_id, "at": row.claimed_at}
    assert str(row.owner) in str(lost.value)
    for name in ("ouwenbin", "shanlina", "xiexiaomei"):  # out of scope, in scope, the winner
        client = signed_in(name)
        answer = client.post(
            f"/api/v1/sales/target-companies/{row.pk}/claim/", "{}", "application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert answer.json()["by"] == {"id": row.owner_id, "name": str(row.owner)}
        page = client.post(f"/sales/target-companies/{row.pk}/claim/")
        assert page.status_code == 409
        assert str(row.owner) in page.content.decode()


def test_a_page_names_an_owner_only_while_there_is_one(who, signed_in):
    row = enter()
    page, client = url_of(kinds[KEY], "page", row.pk), signed_in("shanlina")
    services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))
    assert "负责人" in client.get(page).content.decode()
    services.release_company(company_id=row.pk, rights=who("xiexiaomei"), reason="无意向")
    assert "负责人" not in client.get(page).content.decode()


def test_nobody_claims_more_than_their_share(who, company):
    rows = [enter() for _number in range(4)]
    settle(parameters.CLAIMS_A_DAY, 2, company)
    rights = who("xiexiaomei")
    for row in rows[:2]:
        services.claim_company(company_id=row.pk, rights=rights, now=MONDAY)
    services.release_company(company_id=rows[0].pk, rights=rights, reason="打错了", now=MONDAY)
    with pytest.raises(WrongState):  # given back counts too
        services.claim_company(company_id=rows[2].pk, rights=rights, now=MONDAY)
    services.claim_company(company_id=rows[2].pk, rights=rights, now=MONDAY + DAY)
    settle(parameters.COMPANIES_HELD, 2, company)
    with pytest.raises(WrongState):
        services.claim_company(company_id=rows[3].pk, rights=rights, now=MONDAY + 2 * DAY)
    assert TargetCompany.objects.held_by(rights.user).count() == 2
    services.claim_company(company_id=rows[3].pk, rights=who("ouwenbin"), now=MONDAY)


def test_what_one_gave_back_one_claims_again_only_later(who):
    row, rights = enter(), who("xiexiaomei")
    services.claim_company(company_id=row.pk, rights=rights, now=MONDAY)
    services.release_company(company_id=row.pk, rights=rights, reason="无人接听", now=MONDAY)
    with pytest.raises(WrongState):
        services.claim_company(company_id=row.pk, rights=rights, now=MONDAY + 6 * DAY)
    services.claim_company(company_id=row.pk, rights=rights, now=MONDAY + 7 * DAY)
    assert [claim.ending for claim in row.claims.all()] == ["", "released"]


@pytest.mark.parametrize(("days", "after"), [(2, 2), (0, 0)])
def test_how_much_later_is_a_parameter(who, company, days, after):
    row, rights = enter(), who("xiexiaomei")
    settle(parameters.RECLAIM_DAYS, days, company)
    services.claim_company(company_id=row.pk, rights=rights, now=MONDAY)
    services.release_company(company_id=row.pk, rights=rights, reason="无人接听", now=MONDAY)
    if days:
        with pytest.raises(WrongState):
            services.claim_company(company_id=row.pk, rights=rights, now=MONDAY + DAY)
    services.claim_company(company_id=row.pk, rights=rights, now=MONDAY + after * DAY)
    assert row.claims.count() == 2


def test_only_its_holder_or_a_superior_gives_it_back(who):
    row = enter()
    services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))
    with pytest.raises(NotAllowed):
        services.release_company(company_id=row.pk, rights=who("ouwenbin"), reason="")
    services.release_company(company_id=row.pk, rights=who("shanlina"), reason="重复")
    row.refresh_from_db()
    assert (row.state, row.claimed_at) == (CompanyState.UNCLAIMED, None)


def test_it_becomes_a_lead_once_there_was_contact(who):
    row, rights = enter(tax_id="91990000MA0HX0001P", contact_name="解志宏"), who("xiexiaomei")
    services.claim_company(company_id=row.pk, rights=rights, now=MONDAY)
    with pytest.raises(WrongState):
        promotion.promote_company(company_id=row.pk, rights=rights, now=MONDAY)
    services.touch_company(company_id=row.pk, at=MONDAY + DAY)
    lead = promotion.promote_company(
        company_id=row.pk, rights=rights, need="两台彩超", now=MONDAY + DAY
    )
    row.refresh_from_db()
    assert (row.state, row.promoted_at) == (CompanyState.PROMOTED, MONDAY + DAY)
    assert (lead.company, lead.owner_id, lead.tax_id) == (row, rights.user, row.tax_id)
    assert (lead.contact_name, lead.need, lead.last_contact_at) == (
        "解志宏",
        "两台彩超",
        MONDAY + DAY,
    )
    with pytest.raises(WrongState):
        promotion.promote_company(company_id=row.pk, rights=rights, now=MONDAY + DAY)
    services.reopen_company(company_id=row.pk, by=None, reason="不需要", now=MONDAY + 2 * DAY)
    row.refresh_from_db()
    assert row.state == CompanyState.UNCLAIMED
    assert row.claims.get().ending == "reopened"


def test_or_before_where_the_parameter_lets_it(who, company, signed_in):
    row, rights = enter(contact_name="解志宏"), who("xiexiaomei")
    services.claim_company(company_id=row.pk, rights=rights)
    url, typed_in = f"/sales/target-companies/{row.pk}/promote/", {"need": "两台彩超"}
    client = signed_in("xiexiaomei")
    assert client.post(url, typed_in).status_code == 409
    settle(parameters.PROMOTE_AFTER_CONTACT, False, company)
    assert client.post(url, typed_in).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.last_contact_at) == (CompanyState.PROMOTED, None)


# --- many at once ---------------------------------------------------------------------------------
def bulk(client, command: str, rows, **typed_in) -> dict[str, str]:
    """What is said of each of many, by name; "" where it was done."""
    sent = {"command": command, "pk": [row.pk for row in rows], "confirmed": "1", **typed_in}
    answer = client.post("/sales/target-companies/bulk/", sent)
    assert answer.status_code == 200, answer.content.decode()
    return {outcome.record.name: outcome.reason for outcome in answer.context["outcomes"]}


def states(rows) -> list[str]:
    found = dict(TargetCompany.objects.values_list("pk", "state"))
    return [found[row.pk] for row in rows]


def test_many_are_claimed_until_the_share_is_used_up_and_each_has_its_result(
    who, company, signed_in
):
    rows = [enter(name=f"昆山{name}门诊部") for name in "甲乙丙丁"]
    services.claim_company(company_id=rows[1].pk, rights=who("ouwenbin"))
    settle(parameters.CLAIMS_A_DAY, 2, company)
    said = bulk(signed_in("xiexiaomei"), "claim", [rows[0], rows[2], rows[3]])
    assert [said[row.name] == "" for row in (rows[0], rows[2], rows[3])] == [True, True, False]
    assert "2" in said[rows[3].name]
    assert states(rows) == ["claimed", "claimed", "claimed", "unclaimed"]


def test_of_many_the_one_that_a_colleague_took_is_told_and_the_others_are_had(who, signed_in):
    rows = [enter(name=f"昆山{name}门诊部") for name in "甲乙"]
    services.claim_company(company_id=rows[0].pk, rights=who("ouwenbin"))
    said = bulk(signed_in("shanlina"), "claim", rows)
    assert "区文斌" in said[rows[0].name]
    assert said[rows[1].name] == ""
    assert TargetCompany.objects.get(pk=rows[1].pk).owner.username == "shanlina"


def test_many_are_assigned_promoted_and_released(who, company, signed_in):
    rows = [enter(name=f"昆山{name}门诊部") for name in "甲乙丙丁"]
    to = company["ouwenbin"]
    said = bulk(signed_in("shanlina"), "assign", rows[:2], to=to.pk)
    assert set(said.values()) == {""}
    assert list(Lead.objects.values_list("owner", flat=True)) == [to.pk] * 2
    for row in rows[2:]:
        services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))
    services.touch_company(company_id=rows[2].pk, at=timezone.now())
    client = signed_in("xiexiaomei")
    said = bulk(client, "promote", rows[2:], need="两台彩超")
    assert said[rows[2].name] == ""
    assert said[rows[3].name] != ""  # nobody has spoken to them yet
    said = bulk(client, "release", rows[2:], reason="无人接听")
    assert said[rows[2].name] != ""
    assert said[rows[3].name] == ""
    assert states(rows) == ["promoted", "promoted", "promoted", "unclaimed"]


def test_what_was_done_with_it_is_the_leads_too(who):
    row, rights = enter(), who("xiexiaomei")
    services.claim_company(company_id=row.pk, rights=rights, now=MONDAY)
    given = {"owner": rights.user, "kind": "call", "about": {"company": row.pk}, "now": MONDAY}
    call = plan_activity(subject="电话", planned_at=MONDAY, **given)
    visit = plan_activity(subject="拜访", planned_at=MONDAY + 3 * DAY, **given)
    finish_activity(activity=call.pk, outcome="有需求", by=rights.user, now=MONDAY)
    lead = promotion.promote_company(company_id=row.pk, rights=rights, now=MONDAY + DAY)
    assert list(lead.activities.order_by("pk")) == [call, visit]
    lead.refresh_from_db()
    traced = [each.business_key for each in trace(lead.business_key)]
    assert traced == [row.business_key, lead.business_key]
    assert lead.next_contact_on == (MONDAY + 3 * DAY).date()


def test_an_assignment_claims_and_promotes(who, company):
    row, to = enter(), company["ouwenbin"].pk
    with pytest.raises(NotAllowed):
        promotion.assign_company(company_id=row.pk, to=to, rights=who("xiexiaomei"))
    lead = promotion.assign_company(company_id=row.pk, to=to, rights=who("shanlina"))
    row.refresh_from_db()
    assert (row.state, row.owner_id, lead.owner_id) == (CompanyState.PROMOTED, to, to)
    assert row.claims.get().assigned_by_id == company["shanlina"].pk
    with pytest.raises(Conflict):
        promotion.assign_company(
            company_id=row.pk, to=company["xiexiaomei"].pk, rights=who("shanlina")
        )


def test_whoever_may_see_no_leads_is_neither_offered_nor_given_one(who, company, signed_in):
    row = enter()
    with pytest.raises(InvalidData) as refused:
        promotion.assign_company(company_id=row.pk, to=company["baixue"].pk, rights=who("shanlina"))
    assert list(refused.value.data["errors"]) == ["to"]
    row.refresh_from_db()
    assert row.state == CompanyState.UNCLAIMED
    assert not Lead.objects.exists()
    offered = signed_in("shanlina").get(f"/sales/target-companies/{row.pk}/assign/")
    names = offered.content.decode()
    assert "柏雪" not in names
    for name in ("ouwenbin", "shanlina", "zhoumin"):  # by a role, as a head
        assert rights_of(company[name].pk).may("sales.lead", "view")
        assert company[name].display_name in names


def test_the_form_of_an_assignment_shows_each_ones_load(company, signed_in):
    mine = enter()
    services.claim_company(company_id=mine.pk, rights=rights_of(company["xiexiaomei"].pk))
    row = enter()
    page = signed_in("shanlina").get(f"/sales/target-companies/{row.pk}/assign/").content.decode()
    label = f"{company['xiexiaomei']} (companies 1, leads 0)"
    assert label in page or f"{company['xiexiaomei']}（黄页 1，线索 0）" in page


def test_void_ones_are_out_of_the_way_and_come_back(who):
    row = enter()
    with pytest.raises(NotAllowed):
        services.void_company(company_id=row.pk, rights=who("xiexiaomei"), reason="停业")
    services.void_company(company_id=row.pk, rights=who("shanlina"), reason="停业")
    with pytest.raises(WrongState):
        services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))
    services.restore_company(company_id=row.pk, rights=who("shanlina"))
    services.claim_company(company_id=row.pk, rights=who("xiexiaomei"))


def test_a_company_enters_once(who, company, signed_in):
    row = enter(name="昆山玉山医院有限公司", phone="0512-57001234", tax_id="91990000MA0HX0001P")
    for field, given in {
        "tax_id": {"tax_id": "91990000ma0hx0001p"},
        "phone": {"phone": "(0512)57001234转8"},
        "name": {"name": "昆山 玉山医院"},
    }.items():
        with pytest.raises(InvalidData) as refused:
            enter(**given)
        assert set(refused.value.data["errors"]) == {field}
        assert refused.value.data["matches"][0]["id"] == row.pk
        assert row.name in str(refused.value)
    kind = kinds[KEY]
    again = Editor(kind, all_rights("shanlina"), record=row, data=posted(KEY, {"name": row.name}))
    assert again.save().name == row.name  # it agrees with itself
    page = signed_in("shanlina").post("/sales/target-companies/new/", {"name": row.name})
    assert page.status_code == 422
    assert f'href="/sales/target-companies/{row.pk}/"' in page.content.decode()


TAX_ID = "91990000MA0HX0001P"


@pytest.mark.parametrize(
    ("kind", "known", "given", "field"),
    [
        ("sales.lead", {"name": "昆山玉山医院"}, {"name": "昆山玉山医院有限公司"}, "name"),
        ("sales.lead", {"contact_mobile": "138 0000 4410"}, {"phone": "13800004410"}, "phone"),
        ("sales.lead", {"tax_id": TAX_ID}, {"tax_id": TAX_ID}, "tax_id"),
        ("sales.customer", {"name": "昆山玉山医院"}, {"name": "昆山 玉山医院"}, "name"),
        ("sales.customer", {"phone": "0512-57001234"}, {"phone": "051257001234"}, "phone"),
        ("sales.customer", {"tax_id": TAX_ID}, {"tax_id": TAX_ID.lower()}, "tax_id"),
        ("sales.contact", {"mobile": "138 0000 4410"}, {"phone": "13800004410"}, "phone"),
        ("sales.contact", {"phone": "0512-57001234"}, {"phone": "0512 57001234转8"}, "phone"),
    ],
)
def test_what_is_a_lead_a_customer_or_a_contacts_number_does_not_enter(
    signed_in, kind, known, given, field
):
    row = make(kind, "ouwenbin", **known)
    told = row.customer if kind == "sales.contact" else row
    with pytest.raises(InvalidData) as refused:
        enter(**given)
    assert set(refused.value.data["errors"]) == {field}
    assert [match["id"] for match in refused.value.data["matches"]] == [told.pk]
    assert told.name in str(refused.value)
    assert "区文斌" in str(refused.value)
    sent = posted(KEY, typed(KEY, "shanlina", **given))
    assert signed_in("shanlina").post("/sales/target-companies/new/", sent).status_code == 422
    assert not TargetCompany.objects.exists()


def test_a_colleague_who_gets_it_has_a_claim_of_their_own(who, company):
    row = enter()
    services.claim_company(company_id=row.pk, rights=who("xiexiaomei"), now=MONDAY)
    from apps.core.kinds.services import hand_over_records

    to = company["qiuzhiyuan"].pk
    before = timezone.now()
    hand_over_records(kind=kinds[KEY], pks=[row.pk], to=to, rights=who("shanlina"))
    row.refresh_from_db()
    assert (row.owner_id, row.state) == (to, CompanyState.CLAIMED)
    assert row.claimed_at >= before  # the silence counts anew
    claims = [(claim.user_id, claim.ending) for claim in row.claims.all()]
    assert claims == [(to, ""), (company["xiexiaomei"].pk, "handed_over")]
    assert CompanyClaim.objects.filter(ended_at=None).count() == 1
