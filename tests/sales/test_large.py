"""The large account set holds what the models would have saved."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable, search
from apps.people.models import Employee
from apps.sales.companies.entering import complete
from apps.sales.large import texts
from apps.sales.large.seeding import TABLES, seed
from apps.sales.models import (
    Contact,
    Customer,
    Lead,
    Opportunity,
    SalesActivity,
    StageChange,
    TargetCompany,
)

KINDS = (TargetCompany, Lead, Customer, Contact, Opportunity, SalesActivity)


def _schema() -> dict[str, list[object]]:
    """Indexes, constraints and triggers of the tables."""
    asked = {
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 't_one' ORDER BY 1",
        "references": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 't_one'::regnamespace ORDER BY 1, 2",
        "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY 1, 2",
    }
    found = {}
    with connection.cursor() as cursor:
        for name, question in asked.items():
            cursor.execute(question)
            found[name] = cursor.fetchall()
    return found


def test_rows_are_as_the_models_would_save_them(own_database) -> None:
    before = _schema()
    sizes = seed("t_one", scale=0.0005, now=timezone.now())
    assert _schema() == before
    counted = [model._default_manager.count() for model in KINDS]
    assert counted == [
        sizes.companies,
        sizes.leads,
        sizes.customers,
        sizes.contacts,
        sizes.opportunities,
        sizes.activities,
    ]
    for model in KINDS:
        kind = kind_of(model)
        for row in model._default_manager.select_related(*kind.related):
            stored = row.search_text, row.search_grams
            make_searchable(row, kind.search)
            assert (row.search_text, row.search_grams) == stored
            assert Employee.objects.get(pk=row.owner_id).department_id == row.department_id
    for company in TargetCompany.objects.all():
        stored = company.name_normal, company.phone_e164
        complete(company)
        assert (company.name_normal, company.phone_e164) == stored
    for model in (Lead, Customer, Contact):
        for row in model._default_manager.all():
            stored = {name: getattr(row, name) for name in _worked_out(row)}
            kind_of(model).prepare(row, {})
            assert {name: getattr(row, name) for name in stored} == stored
    assert search(Customer.objects.all(), texts.firm(_some_customer()).name).count() == 1
    for opportunity in Opportunity.objects.all():
        changes = list(StageChange.objects.filter(opportunity=opportunity))
        assert changes[0].event == "opened"
        assert (changes[-1].event in ("won", "lost")) == (opportunity.state != "open")
    for model in TABLES:  # the next one has an id of its own
        assert _next_id(model) == model._default_manager.count() + 1


def _worked_out(row) -> list[str]:
    names = [field.attname for field in row._meta.concrete_fields]
    return [name for name in names if name.endswith(("_e164", "_normal"))]


def _some_customer() -> int:
    """The number of a firm that is a customer."""
    tax_id = Customer.objects.latest("pk").tax_id
    return int(tax_id[10:17])


def _next_id(model) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))")
        return cursor.fetchone()[0]


def test_no_two_firms_have_the_same_name() -> None:
    assert texts.FIRMS > 580_000
    names = {texts.firm(number).name for number in range(0, 580_000, 29)}
    assert len(names) == 20_000


def test_is_refused_in_production(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("seed_large")
