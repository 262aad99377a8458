"""Many claim the same company at the same moment, and one person many companies."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from apps.core.access.rights import rights_of
from apps.core.audit.models import AuditEntry, Event
from apps.core.kinds.many import save_new_records
from apps.core.kinds.registry import kinds
from apps.core.parameters.services import set_parameter
from apps.sales import parameters
from apps.sales.companies import services
from apps.sales.models import CompanyClaim, CompanyState, TargetCompany
from engine.exceptions import Conflict, WrongState
from tests.engine.races.racing import race
from tests.kinds.factories import all_rights

SELLERS = ("qiuzhiyuan", "xiexiaomei", "ouwenbin", "shanlina", "zengguoqiang")


@pytest.fixture
def rows(own_database, company):
    """`rows(5)`: companies that nobody has claimed, in a database that really commits."""

    def enter(number: int) -> list[TargetCompany]:
        kind = kinds["sales.targetcompany"]
        entered = [TargetCompany(name=f"常熟虞山门诊部{at}") for at in range(number)]
        assert not any(kind.prepare_many(entered))
        save_new_records(kind=kind, records=entered, rights=all_rights("shanlina"))
        return entered

    return enter


def claims(row: TargetCompany, company, at_once: int) -> None:
    """So many claim it at once: one wins, the others read who."""
    acts = [
        partial(
            services.claim_company,
            company_id=row.pk,
            rights=rights_of(company[SELLERS[number % len(SELLERS)]].pk),
        )
        for number in range(at_once)
    ]
    results = race(*acts)
    lost = [one for one in results if isinstance(one, Conflict)]
    assert len(lost) == at_once - 1, results
    row.refresh_from_db()
    assert row.state == CompanyState.CLAIMED
    assert {one.data["by"] for one in lost} == {row.owner_id}
    assert {one.data["at"] for one in lost} == {row.claimed_at}
    assert CompanyClaim.objects.get(company=row).user_id == row.owner_id
    claimed = AuditEntry.objects.filter(event=Event.COMPANY_CLAIMED, subject=row.business_key)
    assert claimed.count() == 1
    connection.ensure_connection()


def no_limits(company) -> None:
    for parameter in (parameters.CLAIMS_A_DAY, parameters.COMPANIES_HELD):
        set_parameter(parameter=parameter, value=0, by=company["admin"].pk)


def test_a_claim_has_one_winner(rows, company):
    no_limits(company)
    for row in rows(3):
        claims(row, company, 12)


@pytest.mark.long
def test_fifty_claim_at_once_two_hundred_times(rows, company):
    no_limits(company)
    for row in rows(200):
        claims(row, company, 50)


@pytest.mark.parametrize("parameter", ["CLAIMS_A_DAY", "COMPANIES_HELD"])
def test_a_share_is_never_exceeded_however_many_one_claims_at_once(rows, company, parameter):
    settled = getattr(parameters, parameter)
    set_parameter(parameter=settled, value=5, by=company["admin"].pk)
    rights = rights_of(company["xiexiaomei"].pk)
    entered = rows(12)
    results = race(
        *[partial(services.claim_company, company_id=row.pk, rights=rights) for row in entered]
    )
    refused = [one for one in results if isinstance(one, WrongState)]
    assert len(refused) == 7, results
    assert TargetCompany.objects.held_by(rights.user).count() == 5
    assert CompanyClaim.objects.count() == 5
