"""The demo: the company of the tests and the documentation, and an empty account set beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.accountsets.services import create_account_set
from apps.contracts.demo import make_contracts
from apps.core.requests.demo import make_requests
from apps.people.demo import DEMO_PASSWORD, STAFF, make_people
from apps.sales.activities.demo import make_activities
from apps.sales.companies.demo import make_companies
from apps.sales.demo import settle_stages
from apps.sales.leads.demo import make_leads
from apps.sales.opportunities.demo import make_opportunities
from apps.sales.presales.demo import make_presales
from apps.sales.team.demo import make_targets

# Schema name, name. The second stays empty: that nothing of the first is seen in it, can be seen.
ACCOUNT_SETS = (("demo", "灵当演示账套"), ("empty", "空白账套"))


def make_demo(say: Callable[[str], None]) -> None:
    """Make what is missing of it; through the services, like a user."""
    for schema_name, name in ACCOUNT_SETS:
        if not AccountSet.objects.filter(schema_name=schema_name).exists():
            say(f"account set {name}")
            create_account_set(schema_name=schema_name, name=name)
    say("demo company")
    with in_account_set(ACCOUNT_SETS[0][0]):
        make_people()


def make_cases(say: Callable[[str], None]) -> None:
    """What the demo company has going on, made by running its processes: these are deployed."""
    say("demo company: customers, contracts, leads, requests")
    with in_account_set(ACCOUNT_SETS[0][0]):
        make_business(now=timezone.now())


def make_business(*, now: datetime) -> None:
    """All of it, in the account set of the caller; nothing is made twice."""
    make_contracts(now=now)
    make_companies(now=now)
    settle_stages(now=now)
    make_opportunities(now=now)
    make_leads(now=now)
    make_sales(now=now)
    make_requests(now=now)


def make_sales(*, now: datetime) -> None:
    """What goes on around customers, leads and opportunities, once these are there."""
    make_activities(now=now)
    make_presales(now=now)
    make_targets(today=timezone.localdate(now))


def logins() -> str:
    """Who may log in to the demo, a line each, for the terminal."""
    people = "".join(
        f"    {person.username:<14} {person.name}　{person.position}\n" for person in STAFF
    )
    return f"{people}    password of all: {DEMO_PASSWORD}\n"
