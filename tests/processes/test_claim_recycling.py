"""Claimed companies that nobody hears of: warned, then taken back, each way out of the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from apps.core.access.handover import holdings
from apps.core.access.rights import rights_of
from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.editing import Editor
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import hand_over_records
from apps.core.parameters.services import set_parameter
from apps.sales.companies import services
from apps.sales.models import CompanyState, TargetCompany
from apps.sales.parameters import RECYCLE_DAYS, RECYCLE_WARNING_DAYS
from engine import instances
from engine.models import InstanceState, ProcessInstance
from tests.casework import MONDAY, Case, deploy
from tests.kinds.factories import all_rights, posted, typed

pytestmark = pytest.mark.django_db

KEY = "sales.targetcompany"
OWNER, HEIR = "xiexiaomei", "qiuzhiyuan"
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WARNED = MONDAY + 27 * DAY + MINUTE
"""Three days before the thirty without contact are over."""


@pytest.fixture
def claimed(people) -> TargetCompany:
    deploy("claim_recycling")
    row = Editor(kinds[KEY], all_rights("shanlina"), data=posted(KEY, typed(KEY))).save()
    return services.claim_company(company_id=row.pk, rights=rights_of(people[OWNER]), now=MONDAY)


class Warned(Case):
    """The case that the sweep has started."""

    def __init__(self, people: dict[str, int], now: datetime) -> None:
        self.people, self.now = people, now
        self.names = {user: name for name, user in people.items()}
        assert services.warn_silent(now=now) == 1
        self.id = ProcessInstance.objects.get(state=InstanceState.ACTIVE).pk
        self.check()


@pytest.fixture
def case_at(people):
    """`case_at(moment)`: the sweep runs, and starts the one case."""
    return partial(Warned, people)


def state() -> tuple[str, bool]:
    row = TargetCompany.objects.get()
    return row.state, row.recycle_at is not None


def test_silent_for_long_it_is_taken_back_after_the_warning(claimed, case_at):
    assert services.warn_silent(now=MONDAY + 26 * DAY) == 0
    case = case_at(WARNED)
    assert (case.elements(), case.who()) == (["contact"], [OWNER])
    assert case.timers() == {"lapsed": WARNED + 3 * DAY}
    (letter,) = case.letters()
    assert claimed.name in letter.subject
    assert services.warn_silent(now=WARNED) == 0  # however often it runs
    case.until(WARNED + 3 * DAY + MINUTE)
    assert case.ended("recycled", "recycled")
    assert state() == (CompanyState.UNCLAIMED, False)
    assert claimed.claims.get().ending == "recycled"
    assert AuditEntry.objects.get(event=Event.COMPANY_RECYCLED).actor is None
    assert services.warn_silent(now=MONDAY + 90 * DAY) == 0


def test_the_parameters_say_how_long(claimed, people, case_at):
    settle(people, RECYCLE_DAYS, 10)
    settle(people, RECYCLE_WARNING_DAYS, 2)
    assert services.warn_silent(now=MONDAY + 7 * DAY) == 0
    warned = MONDAY + 8 * DAY + MINUTE
    case = case_at(warned)
    assert case.timers() == {"lapsed": warned + 2 * DAY}
    case.until(warned + 2 * DAY + MINUTE)
    assert case.ended("recycled", "recycled")


def test_never_taken_back_where_the_parameter_is_nought(claimed, people):
    settle(people, RECYCLE_DAYS, 0)
    assert services.warn_silent(now=MONDAY + 365 * DAY) == 0
    assert state() == (CompanyState.CLAIMED, False)


def settle(people, parameter, value: int) -> None:
    set_parameter(parameter=parameter, value=value, by=people["admin"])


def test_after_a_standstill_there_is_a_warning_first(claimed, case_at):
    late = MONDAY + 50 * DAY
    case = case_at(late)
    assert case.timers() == {"lapsed": late + 3 * DAY}


def test_a_contact_ends_it_and_the_silence_is_counted_anew(claimed, case_at):
    case = case_at(WARNED)
    services.touch_company(company_id=claimed.pk, at=WARNED)
    assert case.ended("heard_of")
    assert state() == (CompanyState.CLAIMED, False)
    assert services.warn_silent(now=WARNED + 26 * DAY) == 0
    assert services.warn_silent(now=WARNED + 28 * DAY) == 1


def test_released_elsewhere_it_ends(claimed, people, case_at):
    case = case_at(WARNED)
    services.release_company(
        company_id=claimed.pk, rights=rights_of(people[OWNER]), reason="", now=WARNED
    )
    assert case.ended("heard_of")
    assert state() == (CompanyState.UNCLAIMED, False)


def test_its_owner_releases_it_on_being_warned(claimed, case_at):
    case = case_at(WARNED)
    assert case.decide(OWNER, "release").ended("released", "released")
    assert state() == (CompanyState.UNCLAIMED, False)
    assert claimed.claims.get().ending == "released"


def test_nobody_is_warned_of_what_is_not_silent_any_more(claimed):
    instances.start(
        "claim_recycling",
        business_key=claimed.business_key,
        variables={"target": claimed.business_key, "owner": claimed.owner_id},
        starter=None,
        now=MONDAY + DAY,
    )
    assert ProcessInstance.objects.get().end_event == "spared"
    assert state() == (CompanyState.CLAIMED, False)


def test_what_is_not_due_any_more_is_kept(claimed, case_at):
    """Its timer fires, and the row says otherwise."""
    case = case_at(WARNED)
    TargetCompany.objects.update(recycle_at=None)
    case.until(WARNED + 3 * DAY + MINUTE)
    assert case.ended("kept", "kept")
    assert state() == (CompanyState.CLAIMED, False)


def hand_over(people, company: TargetCompany) -> None:
    """By a manager, from its list."""
    rights = rights_of(people["shanlina"])
    hand_over_records(kind=kinds[KEY], pks=[company.pk], to=people[HEIR], rights=rights)


def leave(people, company: TargetCompany) -> None:
    """By an administrator, with all that belongs to its owner."""
    holdings[KEY].hand_over(people[OWNER], people[HEIR], people["admin"])


@pytest.mark.parametrize("give", [hand_over, leave])
def test_what_is_handed_over_during_the_warning_begins_anew(people, claimed, case_at, give):
    case = case_at(WARNED)
    assert state() == (CompanyState.CLAIMED, True)
    give(people, claimed)
    assert case.check().ended("heard_of")
    company = TargetCompany.objects.get()
    assert (state(), company.owner_id) == ((CompanyState.CLAIMED, False), people[HEIR])
    claim = company.claims.get(ended_at=None)
    assert (claim.user_id, claim.assigned_by_id) == (
        people[HEIR],
        people["shanlina" if give is hand_over else "admin"],
    )
    assert company.claims.get(user=people[OWNER]).ending == "handed_over"
    assert services.warn_silent(now=company.claimed_at + 26 * DAY) == 0
    assert services.warn_silent(now=company.claimed_at + 28 * DAY) == 1
