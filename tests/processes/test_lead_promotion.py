"""Lead promotion (E) with its two called diagrams, its operations and rows: every path."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import search
from apps.core.parameters.models import DictionaryEntry
from apps.core.parameters.services import set_parameter
from apps.people.models import Employee, RoleHolder, Substitute, User
from apps.sales.activities.services import plan_activity
from apps.sales.companies.models import CompanyState, TargetCompany
from apps.sales.companies.promotion import promote_company
from apps.sales.companies.services import claim_company, touch_company
from apps.sales.contacts.models import Contact
from apps.sales.customers import services as customers
from apps.sales.customers.models import Customer, CustomerStage
from apps.sales.duplicates import normal_name
from apps.sales.leads import promotion
from apps.sales.leads.models import Lead, LeadState
from apps.sales.leads.services import open_lead
from apps.sales.models import Opportunity
from apps.sales.parameters import LEAD_RECYCLE_DAYS, LEAD_REVIEWER, LEAD_WARN_DAYS
from engine import operations, tasks
from engine.exceptions import InvalidData, NotAllowed, OperationFailed, WrongState
from tests.casework import MONDAY, Case, deploy

pytestmark = pytest.mark.django_db

OWNER, RIVAL, MANAGER, BOSS, ADMIN = (
    "xiexiaomei",
    "qiuzhiyuan",
    "shanlina",
    "zengguoqiang",
    "admin",
)
NAME = "太仓沙溪医院"


@pytest.fixture
def promote(people):
    """Submit a lead: its case. `by` owns and submits it; what else is given is the lead's."""
    deploy("lead_promotion")

    def start(*, by: str = OWNER, **over) -> Case:
        lead = make_lead(people, by, **over)
        return Case(
            people,
            "lead_promotion",
            by=by,
            business_key=lead.business_key,
            card={"queue": "other"},
            document=lead.business_key,
            initiator=people[by],
        )

    return start


def make_lead(people, by: str = OWNER, **over) -> Lead:
    given = {
        "name": NAME,
        "contact_name": "解志宏",
        "contact_mobile": "13800138000",
        "phone": "0512-62880001",
        "need": "两台彩超",
        "budget": Decimal(900000),
        "region": entry("region", "jiangsu"),
        "industry": entry("industry", "distributor"),
        **over,
    }
    return open_lead(owner=people[by], now=MONDAY, **given)


def entry(dictionary: str, code: str) -> DictionaryEntry:
    return DictionaryEntry.objects.get(dictionary=dictionary, code=code)


def lead() -> Lead:
    return Lead.objects.get()


def customer_of(people, owner: str = RIVAL, name: str = f"{NAME}有限公司", **given) -> Customer:
    return customers.open_customer(name=name, owner=people[owner], now=MONDAY, **given)


def company_of(people, owner: str, name: str = NAME, **given) -> TargetCompany:
    """In the yellow pages."""
    return TargetCompany.objects.create(
        name=name,
        name_normal=normal_name(name),
        owner_id=people[owner],
        department=Employee.objects.get(user__username=owner).department,
        **given,
    )


def sleep(people, customer: Customer) -> Customer:
    """The customer goes dormant."""
    return customers.make_dormant(
        customer_id=customer.pk,
        reason=DictionaryEntry.objects.filter(dictionary="stage_reason").first(),
        rights=rights_of(people[BOSS]),
        now=MONDAY,
    )


# --- approved -------------------------------------------------------------------------------------
def test_a_lead_becomes_a_customer_in_talk_with_its_contact_and_its_activities(people, promote):
    case = promote()
    call = plan_activity(
        owner=people[OWNER],
        kind="visit",
        subject="看设备",
        planned_at=MONDAY,
        about={"lead": lead().pk},
        now=MONDAY,
    )
    assert (case.elements(), case.who()) == (["review"], [MANAGER])
    assert case.timers().keys() == {"review_due"}
    assert lead().state == LeadState.SUBMITTED
    assert case.decide(MANAGER, "approve").ended("promoted", "promoted")
    made = lead().customer
    assert lead().state == LeadState.CONVERTED
    assert (made.name, made.stage, made.owner_id) == (NAME, CustomerStage.IN_TALK, people[OWNER])
    assert made.phone_e164 == "+8651262880001"
    contact = made.contacts.get()
    assert (contact.name, contact.mobile_e164, contact.primary) == (
        "解志宏",
        "+8613800138000",
        True,
    )
    call.refresh_from_db()
    assert call.customer_id == made.pk
    assert not Opportunity.objects.exists()


def test_the_reviewer_may_open_an_opportunity(people, promote):
    case = promote(budget=Decimal(5))
    answer = {
        "version": lead().version,
        "open_opportunity": "on",
        "opportunity_name": "彩超两台",
        "opportunity_amount": "880000",
    }
    case.decide(MANAGER, "approve", **answer)
    opened = Opportunity.objects.get()
    assert (opened.name, opened.amount, opened.customer) == (
        "彩超两台",
        Decimal(880000),
        lead().customer,
    )
    assert opened.owner_id == people[OWNER]


def test_without_a_form_the_leads_own_wish_counts(promote):
    """As in a batch."""
    case = promote()
    Lead.objects.update(opportunity_name="监护仪十台", opportunity_amount=Decimal(100000))
    case.decide(MANAGER, "approve")
    assert Opportunity.objects.get().name == "监护仪十台"


def test_an_opportunity_needs_a_name(promote):
    case = promote()
    with pytest.raises(InvalidData) as refused:
        case.decide(MANAGER, "approve", version=lead().version, open_opportunity="on")
    assert "opportunity_name" in refused.value.data["errors"]


def test_the_owners_customer_that_is_there_already_is_taken(people, promote):
    known = customer_of(people, OWNER)
    assert promote().decide(MANAGER, "approve").ended("promoted")
    assert lead().customer == known
    assert Customer.objects.count() == 1
    assert Contact.objects.get().customer == known


def test_the_owners_dormant_customer_wakes_up(people, promote):
    sleep(people, customer_of(people, OWNER))
    assert promote().decide(MANAGER, "approve").ended("promoted")
    assert Customer.objects.get().stage == CustomerStage.IN_TALK


# --- once -----------------------------------------------------------------------------------------
@contextmanager
def crash_after(name: str):
    """What an operation does is done, and then the process breaks."""
    real = operations.registry[name]

    def breaking(context, *, target):
        real.function(context, target=target)
        raise RuntimeError("crashed")

    operations.registry.remove(name)
    operations.registry.add(name, operations.describe(name, breaking))
    yield
    operations.registry.remove(name)
    operations.registry.add(name, real)


def test_a_promotion_that_crashes_is_made_once(people, promote):
    """The operation has done its work when the step breaks: all of it is undone, and done again."""
    case = promote()
    with crash_after("sales.promote_lead"):
        for _attempt in range(2):
            with pytest.raises(OperationFailed, match="crashed"):
                case.decide(MANAGER, "approve")
            assert not Customer.objects.exists()
            assert lead().state == LeadState.SUBMITTED
    assert case.check().decide(MANAGER, "approve").ended("promoted")
    assert (Customer.objects.count(), Contact.objects.count()) == (1, 1)


def test_the_same_effect_again_gives_the_same_customer(people):
    made = make_lead(people)
    again = {"lead_id": made.pk, "by": people[MANAGER], "wanted": None, "now": MONDAY}
    first = promotion.promote_lead(key="7:a", **again)
    assert promotion.promote_lead(key="7:a", **again) == first
    with pytest.raises(WrongState):
        promotion.promote_lead(key="7:b", **again)
    assert Customer.objects.count() == 1


def test_one_effect_makes_one_customer(people):
    """The database holds to it, whatever the code does."""
    one, other = make_lead(people), make_lead(people, name="昆山周庄医院", phone="")
    promotion.promote_lead(lead_id=one.pk, key="7:a", by=people[MANAGER], wanted=None, now=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=other.pk).update(
            state="converted", customer=Customer.objects.get(), promotion_key="7:a"
        )


def test_two_leads_of_one_firm_make_one_customer(people, promote):
    first = promote()
    lead_of_rival = make_lead(people, OWNER, name=f"{NAME}（集团）")
    second = Case(
        people,
        "lead_promotion",
        by=OWNER,
        business_key=lead_of_rival.business_key,
        document=lead_of_rival.business_key,
        initiator=people[OWNER],
    )
    first.decide(MANAGER, "approve")
    second.decide(MANAGER, "approve")
    assert Customer.objects.count() == 1
    assert Lead.objects.filter(customer=Customer.objects.get()).count() == 2


def test_the_only_number_of_a_contact_goes_along(people, promote):
    promote(contact_mobile="", phone="0512-62880001转8").decide(MANAGER, "approve")
    contact = Contact.objects.get()
    assert (contact.mobile, contact.phone, contact.phone_e164) == (
        "",
        "0512-62880001转8",
        "+8651262880001",
    )


# --- not promoted ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("decision", "end", "state"),
    [("invalid", "invalid", LeadState.INVALID), ("back", "yellow", LeadState.RECYCLED)],
)
def test_not_promoted(promote, decision, end, state):
    assert promote().decide(MANAGER, decision, opinion="没有预算").ended(end)
    assert (lead().state, lead().close_reason) == (state, "没有预算")


def test_back_in_the_yellow_pages_anybody_may_claim_it(people, promote):
    company = company_of(
        people, OWNER, state=CompanyState.PROMOTED, claimed_at=MONDAY, promoted_at=MONDAY
    )
    promote(company=company).decide(MANAGER, "back")
    company.refresh_from_db()
    assert company.state == CompanyState.UNCLAIMED


def test_one_that_was_entered_directly_is_in_the_yellow_pages_then(people, promote):
    case = promote()
    call = plan_activity(
        owner=people[OWNER],
        kind="visit",
        subject="看设备",
        planned_at=MONDAY,
        about={"lead": lead().pk},
        now=MONDAY,
    )
    assert case.decide(MANAGER, "back", opinion="没有预算").ended("yellow")
    company = TargetCompany.objects.get()
    assert (company.name, company.state, company.phone_e164, company.contact_name) == (
        NAME,
        CompanyState.UNCLAIMED,
        "+8651262880001",
        "解志宏",
    )
    assert lead().company == company
    call.refresh_from_db()
    assert call.company_id == company.pk
    rival = rights_of(people[RIVAL])
    assert kind_of(company).queryset(rival).filter(pk=company.pk).exists()
    assert search(TargetCompany.objects.all(), "沙溪").get() == company
    claim_company(company_id=company.pk, rights=rival, now=MONDAY)
    touch_company(company_id=company.pk, at=MONDAY + timedelta(hours=1))
    again = promote_company(company_id=company.pk, rights=rival, now=MONDAY + timedelta(hours=2))
    assert (again.name, again.owner_id) == (NAME, people[RIVAL])


def test_silent_ones_that_were_entered_directly_may_be_claimed_too(people, promote):
    promote().decide(MANAGER, "ask_more").pass_time(days=31)
    assert lead().state == LeadState.RECYCLED
    company = TargetCompany.objects.get()
    assert (
        claim_company(company_id=company.pk, rights=rights_of(people[RIVAL])).owner_id
        == (people[RIVAL])
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CompanyState.UNCLAIMED, CompanyState.UNCLAIMED),
        (CompanyState.VOID, CompanyState.UNCLAIMED),
        (CompanyState.CLAIMED, CompanyState.CLAIMED),
    ],
)
def test_what_is_in_the_yellow_pages_already_is_not_entered_twice(people, promote, before, after):
    claimed = MONDAY if before == CompanyState.CLAIMED else None
    known = company_of(people, RIVAL, name=f"{NAME}有限公司", state=before, claimed_at=claimed)
    promote().decide(MANAGER, "back")
    company = TargetCompany.objects.get()
    assert (company, company.state, company.owner_id) == (known, after, people[RIVAL])
    assert lead().company == known


def test_taken_back_before_somebody_decides(promote):
    assert promote().withdraw(OWNER).ended("taken_back_end", "taken_back")
    assert lead().state == LeadState.FOLLOWING


def test_only_the_submitter_takes_it_back(promote):
    with pytest.raises(NotAllowed):
        promote().withdraw(RIVAL)


# --- who reviews ----------------------------------------------------------------------------------
def reviewer_of(region: str, industry: str, **more) -> dict:
    return {"region": entry("region", region), "industry": entry("industry", industry), **more}


def test_a_designated_reviewer_by_region_and_industry(people, promote):
    RoleHolder.objects.filter(role="reviewer").update(
        employee=Employee.objects.get(user__username="zhamin")
    )
    assert promote(**reviewer_of("jiangsu", "hospital")).who() == ["zhamin"]


@pytest.mark.parametrize(
    ("region", "industry"), [("jiangsu", "distributor"), ("guangdong", "hospital")]
)
def test_elsewhere_the_sales_manager(promote, region, industry):
    RoleHolder.objects.filter(role="reviewer").delete()
    assert promote(**reviewer_of(region, industry)).who() == [MANAGER]


def test_entries_that_are_called_otherwise_have_the_same_reviewer(people, promote):
    RoleHolder.objects.filter(role="reviewer").update(
        employee=Employee.objects.get(user__username="zhamin")
    )
    where = reviewer_of("jiangsu", "hospital")
    for renamed in where.values():
        DictionaryEntry.objects.filter(pk=renamed.pk).update(name="改了名")
    assert promote(**where).who() == ["zhamin"]


def test_the_sales_manager_reviews_everything_where_the_parameter_says_so(people, promote):
    set_parameter(parameter=LEAD_REVIEWER, value="manager", by=people[MANAGER])
    assert promote(**reviewer_of("jiangsu", "hospital")).who() == [MANAGER]


def test_without_region_and_industry_the_sales_manager(promote):
    assert promote(region=None, industry=None).who() == [MANAGER]


def test_never_the_submitter_but_the_superior(promote):
    case = promote(by=MANAGER)
    assert case.who() == [BOSS]
    assert case.decide(BOSS, "approve").ended("promoted")


def test_whoever_is_away_is_joined_by_the_substitute(people, promote):
    Substitute.objects.create(
        principal=Employee.objects.get(user__username=MANAGER),
        substitute=Employee.objects.get(user__username="zhamin"),
        starts_at=MONDAY - timedelta(days=1),
        ends_at=MONDAY + timedelta(days=1),
    )
    case = promote()
    assert case.who() == [f"{MANAGER}|zhamin"]
    assert case.decide("zhamin", "approve").ended("promoted")


def test_where_nobody_holds_the_role_an_administrator_assigns(people, promote):
    RoleHolder.objects.filter(role="sales_manager").delete()
    case = promote()
    assert case.who() == [ADMIN]
    with pytest.raises(InvalidData):
        case.decide(ADMIN, "approve")
    tasks.assign(case.task(ADMIN).pk, to=people[BOSS], by=people[ADMIN], now=MONDAY)
    assert case.decide(BOSS, "approve").ended("promoted")


def test_whose_lead_it_has_become_doesnt_review_it(people, promote):
    case = promote()
    Lead.objects.update(owner=people[MANAGER])
    with pytest.raises(InvalidData) as refused:
        case.decide(MANAGER, "approve")
    assert refused.value.data["errors"]


# --- asked for more -------------------------------------------------------------------------------
def test_asked_for_more_and_answered_twice(promote):
    case = promote()
    for budget in ("800000", "700000"):
        case.decide(MANAGER, "ask_more", opinion="预算是多少？", asked=["budget"])
        assert (lead().state, lead().question) == (LeadState.RETURNED, "预算是多少？")
        assert lead().asked_fields == ["budget"]
        assert case.timers().keys() == {"warn_due", "recycle_due"}
        case.decide(OWNER, "resubmit", budget=budget)
        assert (lead().state, lead().budget) == (LeadState.SUBMITTED, Decimal(budget))
        assert case.timers().keys() == {"review_due"}
    assert case.decide(MANAGER, "approve").ended("promoted")


def test_what_was_asked_for_is_needed(promote):
    case = promote(budget=None).decide(MANAGER, "ask_more", asked=["budget", "tax_id"])
    with pytest.raises(InvalidData) as refused:
        case.decide(OWNER, "resubmit", budget="", tax_id="123")
    assert refused.value.data["errors"].keys() == {"budget", "tax_id"}
    case.decide(OWNER, "resubmit", budget="700000", tax_id="91990000MA0HX0001P")
    assert lead().tax_id == "91990000MA0HX0001P"


def test_the_owner_gives_up_and_works_on(promote):
    case = promote().decide(MANAGER, "ask_more")
    assert case.decide(OWNER, "abandon").ended("taken_back_end", "taken_back")
    assert lead().state == LeadState.FOLLOWING


def test_silent_warned_and_recycled(people, promote):
    case = promote().decide(MANAGER, "ask_more", opinion="预算是多少？").pass_time(days=27, hours=1)
    assert case.elements() == ["more"]
    (warning,) = [mail for mail in case.letters() if "沙溪" in mail.subject]
    assert warning.to == [User.objects.get(pk=people[OWNER]).email]
    assert "2031-04-02" in warning.body
    assert "预算是多少" in warning.body
    case.pass_time(days=3)
    assert case.ended("recycled", "recycled")
    assert lead().state == LeadState.RECYCLED


def test_silent_while_the_server_was_down(promote):
    case = promote().decide(MANAGER, "ask_more").pass_time(days=40)
    assert case.ended("recycled")
    assert lead().state == LeadState.RECYCLED


def test_the_parameters_say_how_long(people, promote):
    set_parameter(parameter=LEAD_RECYCLE_DAYS, value=10, by=people[ADMIN])
    case = promote().decide(MANAGER, "ask_more")
    due = case.timers()
    assert due["recycle_due"] - MONDAY == timedelta(days=10)
    assert due["warn_due"] - MONDAY == timedelta(days=7)


def test_the_warning_comes_as_early_as_the_parameter_says(people, promote):
    set_parameter(parameter=LEAD_WARN_DAYS, value=7, by=people[ADMIN])
    due = promote().decide(MANAGER, "ask_more").timers()
    assert due["recycle_due"] - due["warn_due"] == timedelta(days=7)


def test_the_owner_has_left_when_more_is_asked_for(people, promote):
    case = promote()
    User.objects.filter(pk=people[OWNER]).update(is_active=False)
    case.decide(MANAGER, "ask_more")
    assert case.who() == [MANAGER]


def test_the_owner_has_left_when_it_is_approved(people, promote):
    case = promote()
    User.objects.filter(pk=people[OWNER]).update(is_active=False)
    assert case.decide(MANAGER, "approve").ended("promoted")
    assert lead().customer.owner_id == lead().owner_id == people[MANAGER]


# --- urged ----------------------------------------------------------------------------------------
def test_a_review_is_urged_then_the_superior_is_asked_as_well(people, promote):
    case = promote()
    case.until(case.timers()["review_due"])
    assert case.who() == [MANAGER]
    assert [mail.to for mail in case.letters()][-1] == [User.objects.get(pk=people[MANAGER]).email]
    task = case.open[0].pk
    case.until(case.timers()["review_due"])
    assert case.who() == [f"{MANAGER}|{BOSS}"]
    assert case.open[0].pk == task
    assert case.decide(BOSS, "approve").ended("promoted")


# --- changed meanwhile ----------------------------------------------------------------------------
def test_a_lead_changed_during_the_review_is_looked_at_again(people, promote):
    case = promote()
    seen = lead().version
    Lead.objects.update(
        budget=Decimal(1), version=seen + 1, changed_by=people[OWNER], changed_at=MONDAY
    )
    with pytest.raises(InvalidData) as refused:
        case.decide(MANAGER, "approve", version=seen)
    (said,) = refused.value.data["errors"]["__all__"]
    assert "900,000.00 → ¥1.00" in said
    assert "解晓梅" in said
    assert case.decide(MANAGER, "approve", version=seen + 1).ended("promoted")


def test_owned_by_a_colleague_meanwhile(people, promote):
    case = promote()
    customer_of(people)
    with pytest.raises(WrongState, match="仇志远"):
        case.decide(MANAGER, "approve")
    case.check().decide(MANAGER, "ask_more").decide(OWNER, "resubmit")
    assert (case.elements(), set(case.timers())) == (["handle"], {"handle_due"})


# --- in conflict ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("ruling", "owner", "sharing"),
    [
        ("keep_owner", RIVAL, []),
        ("to_applicant", OWNER, []),
        ("both", RIVAL, [OWNER]),
    ],
)
def test_a_conflict_is_ruled_upon(people, promote, ruling, owner, sharing):
    known = customer_of(people)
    case = promote()
    assert (case.elements(), case.who()) == (["handle"], [OWNER])
    assert (lead().state, lead().conflict_with) == (LeadState.CONFLICT, known)
    case.decide(OWNER, "ask_ruling", opinion="我先报备的")
    assert (case.who(), case.timers().keys()) == ([MANAGER], {"rule_due"})
    assert case.decide(MANAGER, ruling).ended("merged", "merged")
    known.refresh_from_db()
    assert Customer.objects.get() == lead().customer == known
    assert known.owner_id == people[owner]
    assert list(known.collaborators.values_list("user__username", flat=True)) == sharing
    assert (lead().state, known.contacts.get().name) == (LeadState.CONVERTED, "解志宏")


def test_a_dormant_customer_is_offered_for_restoring_with_transfer(people, promote):
    known = sleep(people, customer_of(people))
    case = promote().decide(OWNER, "ask_ruling")
    with pytest.raises(InvalidData):
        case.decide(MANAGER, "to_applicant")
    assert case.decide(MANAGER, "restore").ended("merged", "merged")
    known.refresh_from_db()
    assert (known.stage, known.owner_id) == (CustomerStage.IN_TALK, people[OWNER])
    assert lead().customer == known


def test_restoring_is_for_dormant_ones(people, promote):
    customer_of(people)
    case = promote().decide(OWNER, "ask_ruling")
    with pytest.raises(InvalidData):
        case.decide(MANAGER, "restore")


def test_another_firm_after_all(people, promote):
    """A phone shared by two firms makes no customer of a colleague."""
    known = customer_of(people, name="太仓浏河诊所", phone="0512-62880001")
    case = promote().decide(OWNER, "ask_ruling").decide(MANAGER, "distinct")
    assert (case.elements(), lead().state) == (["review"], LeadState.SUBMITTED)
    assert lead().told_apart == [known.pk]
    case.decide(MANAGER, "ask_more").decide(OWNER, "resubmit")
    assert case.decide(MANAGER, "approve").ended("promoted")
    assert lead().customer != known


def test_a_conflict_is_given_up(people, promote):
    known = customer_of(people)
    assert promote().decide(OWNER, "concede").ended("conflict", "conflict")
    assert lead().state == LeadState.INVALID
    assert known.name in lead().close_reason


def test_who_does_not_answer_is_reminded_then_the_superior_is_asked_as_well(people, promote):
    customer_of(people)
    case = promote()
    assert (case.elements(), case.who()) == (["handle"], [OWNER])
    case.until(case.timers()["handle_due"])
    assert case.who() == [OWNER]
    assert [letter.to for letter in case.letters()] == [[f"{OWNER}@kangze.example"]]
    case.until(case.timers()["handle_due"])
    assert case.who() == [f"{MANAGER}|{OWNER}"]
    case.decide(MANAGER, "ask_ruling", opinion="请裁决")
    assert case.elements() == ["rule"]
    assert set(case.timers()) == {"rule_due"}


def test_a_ruling_is_urged_then_the_superior_is_asked_as_well(people, promote):
    customer_of(people)
    case = promote().decide(OWNER, "ask_ruling")
    case.until(case.timers()["rule_due"])
    assert case.who() == [MANAGER]
    case.until(case.timers()["rule_due"])
    assert case.who() == [f"{MANAGER}|{BOSS}"]
    assert case.decide(BOSS, "both").ended("merged")


def test_nobody_rules_in_their_own_favour(people, promote):
    customer_of(people, MANAGER)
    case = promote().decide(OWNER, "ask_ruling")
    assert case.who() == [BOSS]


def test_the_customer_is_merged_during_the_ruling(people, promote):
    known = customer_of(people)
    case = promote().decide(OWNER, "ask_ruling")
    stays = customer_of(people, RIVAL, name="苏州沙溪医疗集团")
    customers.merge_customers(source=known.pk, into=stays.pk, by=people[BOSS], now=MONDAY)
    assert lead().conflict_with == stays
    assert case.decide(MANAGER, "keep_owner").ended("merged")
    assert lead().customer == stays


def test_the_customer_is_merged_during_the_review(people, promote):
    """The lead is compared with what is left, not with the stub."""
    known = customer_of(people, OWNER)
    case = promote()
    stays = customer_of(people, OWNER, name="苏州沙溪医疗集团", phone="0512-62880001")
    customers.merge_customers(source=known.pk, into=stays.pk, by=people[BOSS], now=MONDAY)
    assert case.decide(MANAGER, "approve").ended("promoted")
    assert lead().customer == stays


@pytest.mark.parametrize(
    "known_by",
    [
        {"name": NAME},
        {"name": f"{NAME}（集团）有限公司"},
        {"tax_id": "91990000MA0HX0001P"},
        {"phone": "0512-62880009"},
    ],
)
def test_what_a_merged_customer_was_known_by_leads_to_what_is_left(people, promote, known_by):
    """Neither a second customer, nor one whose name is taken."""
    gone = customer_of(people, OWNER, **{"name": "沙溪医共体", **known_by})
    stays = customer_of(people, OWNER, name="苏州沙溪医疗集团", tax_id="91990000MA0HX0002T")
    customers.merge_customers(source=gone.pk, into=stays.pk, by=people[BOSS], now=MONDAY)
    Customer.objects.filter(pk=stays.pk).update(phone="", phone_e164="")
    given = {"name": "沙溪医院东院", "phone": "", "contact_mobile": "13900000000", **known_by}
    case = promote(**given | ({"name": NAME} if "name" in known_by else {}))
    assert lead().duplicates == 1
    assert case.decide(MANAGER, "approve").ended("promoted")
    assert lead().customer == stays
    assert Customer.objects.filter(merged_into=None).count() == 1


def test_what_was_merged_is_a_colleagues_customer_still(people, promote):
    gone = customer_of(people, RIVAL)
    stays = customer_of(people, RIVAL, name="苏州沙溪医疗集团")
    customers.merge_customers(source=gone.pk, into=stays.pk, by=people[BOSS], now=MONDAY)
    case = promote()
    assert (case.elements(), lead().conflict_with) == (["handle"], stays)
    assert case.decide(OWNER, "ask_ruling").decide(MANAGER, "keep_owner").ended("merged")
    assert (lead().customer, stays.contacts.count()) == (stays, 1)


def test_whom_a_lead_was_told_apart_from_is_known_after_a_merger(people, promote):
    known = customer_of(people)
    case = promote().decide(OWNER, "ask_ruling").decide(MANAGER, "distinct")
    stays = customer_of(people, RIVAL, name="苏州沙溪医疗集团")
    customers.merge_customers(source=known.pk, into=stays.pk, by=people[BOSS], now=MONDAY)
    case.decide(MANAGER, "ask_more").decide(OWNER, "resubmit")
    assert case.elements() == ["review"]
    assert case.decide(MANAGER, "approve").ended("promoted")
    assert lead().customer not in (known, stays)
