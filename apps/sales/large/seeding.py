"""Fill an account set, newly made, with many rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction

from apps.accountsets.ownership import as_owner
from apps.accountsets.routing import in_account_set
from apps.people.models import Employee
from apps.sales.large.loading import Row, bare, load
from apps.sales.large.people import make_sellers
from apps.sales.large.rows import Sizes, World
from apps.sales.models import (
    CompanyClaim,
    Contact,
    Customer,
    Lead,
    Opportunity,
    SalesActivity,
    StageChange,
    TargetCompany,
)

MANAGER = "shanlina"
TABLES = (
    TargetCompany,
    CompanyClaim,
    Customer,
    Lead,
    Contact,
    Opportunity,
    StageChange,
    SalesActivity,
)


def seed(
    schema_name: str,
    *,
    scale: float = 1,
    now: datetime,
    say: Callable[[str], None] = lambda line: None,
) -> Sizes:
    """People and rows for an account set that has none; how many rows there are now. No field has
    a history, as if everything had been taken over from another program."""
    sizes = Sizes().times(scale)
    with in_account_set(schema_name):
        sellers = make_sellers()
        manager = Employee.objects.get(user__username=MANAGER)
        world = World(sizes, sellers, (manager.pk, manager.department_id), now)
    with as_owner(), in_account_set(schema_name):
        with transaction.atomic(), bare(TABLES):
            _load(world, say)
            say("indexes and references")
        with connection.cursor() as cursor:
            names = ", ".join(connection.ops.quote_name(m._meta.db_table) for m in TABLES)
            cursor.execute(
                f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM ANALYZE'} {names}"
            )
    return sizes


def _load(world: World, say: Callable[[str], None]) -> None:
    changes: list[Row] = []
    for model, rows in (
        (TargetCompany, world.companies()),
        (CompanyClaim, world.claims()),
        (Customer, world.customers()),
        (Lead, world.leads()),
        (Contact, world.contacts()),
        (Opportunity, world.opportunities(changes)),
        (StageChange, (row | {"id": number} for number, row in enumerate(changes, start=1))),
        (SalesActivity, world.activities()),
    ):
        say(str(model._meta.verbose_name_plural))
        load(model, rows)
