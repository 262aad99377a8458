"""Old and new values of records and their lines, and who changed them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from apps.catalog.models import Product
from apps.contracts.models import SalesContract, SalesContractLine
from apps.core.history.reading import History, history_of
from apps.core.history.tracking import acting, events_of
from apps.core.kinds.registry import kind_of, kinds
from apps.core.kinds.services import submit_document
from apps.sales.models import Customer
from engine import batches
from engine.models import HumanTask
from tests.casework import deploy
from tests.contracts.factories import (
    line,
    make_contract,
    make_customer,
    make_product,
    rights,
    save_contract,
)

pytestmark = pytest.mark.django_db


def history(record, username: str) -> History:
    found = type(record).objects.get(pk=record.pk)
    with translation.override("en"):
        return history_of(kind_of(record), found, rights(username))


def changes(record, username: str) -> list[tuple[str, str, str]]:
    """Label, old and new value of everything that the transaction of the test has changed."""
    (moment,) = history(record, username).moments
    return [(c.label, c.old, c.new) for part in moment.parts for c in part.changes]


def test_a_change_is_told_with_old_and_new_value_in_words(company) -> None:
    firm = make_customer(credit_limit=100_000)
    Customer.objects.filter(pk=firm.pk).update(credit_limit=250_000, active=False)
    assert changes(firm, "qiuzhiyuan") == [
        ("Credit limit", "¥100,000.00", "¥250,000.00"),
        ("Active", "Yes", "No"),
    ]


def test_rows_of_other_tables_are_told_by_their_names(company) -> None:
    firm = make_customer()
    Customer.objects.filter(pk=firm.pk).update(owner=company["zhoumin"])
    assert changes(firm, "qiuzhiyuan") == [("Owner", "仇志远", "周敏")]


def test_who_made_a_change_is_told(company) -> None:
    firm = make_customer()
    with acting(company["zhoumin"]):
        Customer.objects.filter(pk=firm.pk).update(payment_days=60)
    (moment,) = history(firm, "qiuzhiyuan").moments
    assert (moment.user, moment.who) == (company["zhoumin"], "周敏")


def test_a_request_says_who_changed_something(company, signed_in) -> None:
    firm = make_customer()
    given = {"name": "第二人民医院", "level": firm.level_id, "payment_days": 45, "active": "on"}
    answer = signed_in("qiuzhiyuan").post(f"/sales/customers/{firm.pk}/edit/", given)
    assert answer.status_code == 302
    event = events_of(Customer).objects.get(pgh_label="update")
    assert (event.name, event.pgh_context) == ("第二人民医院", {"user": company["qiuzhiyuan"]})


def test_changed_added_and_removed_lines_are_kept(company) -> None:
    goods = make_product()
    deal = make_contract(line(goods, 2))
    first = deal.lines.get()
    first.quantity = Decimal(3)
    save_contract(deal, [first, line(goods, 1)])
    save_contract(deal, [deal.lines.get(row=2)])
    events = events_of(SalesContractLine).objects.filter(document_id=deal.pk).order_by("pgh_id")
    told = [(event.pgh_label, event.pgh_obj_id == first.pk, event.quantity) for event in events]
    assert told[:4] == [
        ("insert", True, Decimal(2)),
        ("update", True, Decimal(3)),
        ("insert", False, Decimal(1)),
        ("delete", True, Decimal(3)),
    ]


def test_what_is_saved_without_a_change_leaves_nothing(company) -> None:
    deal = make_contract(line(make_product(), 2))
    save_contract(deal, list(deal.lines.all()), list(deal.instalments.all()))
    assert events_of(SalesContractLine).objects.count() == 1


def test_costs_are_only_for_those_who_may_see_them(company) -> None:
    goods = make_product(reference_cost=500)
    Product.objects.filter(pk=goods.pk).update(reference_cost=600, standard_price=1100)
    told = [label for label, _old, _new in changes(goods, "zengguoqiang")]
    assert sorted(told) == ["Reference cost", "Standard price"]
    assert [label for label, _old, _new in changes(goods, "qiuzhiyuan")] == ["Standard price"]


def test_what_was_written_can_be_neither_changed_nor_deleted(company) -> None:
    firm = make_customer()
    table = events_of(Customer)._meta.db_table
    for statement in (f"UPDATE {table} SET name = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)
    assert events_of(Customer).objects.get(pgh_obj_id=firm.pk).name == firm.name


def test_plain_sql_leaves_its_history_in_the_account_set_it_wrote_to(company, in_set) -> None:
    firm = make_customer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sales_customer SET payment_days = 60 WHERE id = %s", [firm.pk])
    assert events_of(Customer).objects.count() == 2
    with in_set("t_two"):
        assert events_of(Customer).objects.count() == 0


def test_the_tab_shows_the_changes(company, signed_in) -> None:
    firm = make_customer()
    Customer.objects.filter(pk=firm.pk).update(payment_days=61)
    page = signed_in("qiuzhiyuan").get(f"/sales/customers/{firm.pk}/", {"tab": "history"})
    assert "<del>30</del>" in page.content.decode()
    assert "<span>61</span>" in page.content.decode()


def test_what_operations_of_a_job_change_names_who_set_them_off(company) -> None:
    deploy("contract_approval")
    deal = make_contract(line(make_product("PM-1", 100), 1))
    submit_document(kind=kinds["contracts.salescontract"], pk=deal.pk, rights=rights("qiuzhiyuan"))
    task = HumanTask.objects.get(instance__business_key=deal.business_key)
    batch = batches.rehearse({task.pk: task.version}, user=task.assignee, decision="approve")
    batches.confirm(batch.pk, user=task.assignee)
    event = events_of(SalesContract).objects.filter(pgh_obj_id=deal.pk).latest("pgh_id")
    assert event.state == "approved"
    assert event.pgh_context == {"user": task.assignee}


def test_who_acts_inside_of_somebody_elses_request_does_so_only_there(company) -> None:
    firm = make_customer()
    with acting(company["zhoumin"]):
        with acting(company["admin"]):
            Customer.objects.filter(pk=firm.pk).update(payment_days=60)
        Customer.objects.filter(pk=firm.pk).update(payment_days=61)
    events = events_of(Customer).objects.filter(pgh_obj_id=firm.pk, pgh_label="update")
    told = [event.pgh_context["user"] for event in events.order_by("pgh_id")]
    assert told == [company["admin"], company["zhoumin"]]
