"""One factory for each kind: a record as somebody makes it on its form.

`make("sales.customer", by="qiuzhiyuan")` saves one through the services; `typed(…)` is what is
typed into its form, lines included, without a thing that isn't needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from apps.catalog.models import ProductCategory, TaxRate
from apps.core.access.actions import Scope
from apps.core.access.rights import Grant, Rights
from apps.core.access.subjects import subjects
from apps.core.kinds.api.bodies import read
from apps.core.kinds.editing import Editor
from apps.core.kinds.registry import kinds
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Employee
from apps.sales.companies.services import take_company
from apps.sales.models import OpportunityStage, SalesTarget, TargetCompany

Typed = dict[str, Any]
Factory = Callable[[str], Typed]

FACTORIES: dict[str, Factory] = {}
OWNED: dict[str, Callable[[Any], Any]] = {}
"""What makes a record that of its maker alone, where making it doesn't."""
numbers: Iterator[int] = count(1)
HOSTILE = "<script>alert(1)</script>{{7*7}}'\"&<img src=x onerror=alert(2)>"


def factory(key: str) -> Callable[[Factory], Factory]:
    """Decorator: what is typed to make one of that kind, by that user."""

    def add(function: Factory) -> Factory:
        FACTORIES[key] = function
        return function

    return add


def all_rights(username: str) -> Rights:
    """Somebody who may do everything, and owns what they make."""
    employee = Employee.objects.get(user__username=username)
    grants = {
        key: (Grant("everyone", frozenset(subjects[key].actions), Scope.ALL),) for key in kinds
    }
    return Rights(employee.pk, frozenset({"everyone"}), employee.department_id, {}, grants)


def make(key: str, by: str = "qiuzhiyuan", **given: Any) -> Any:
    """A saved record."""
    row = Editor(kinds[key], all_rights(by), data=posted(key, typed(key, by, **given))).save()
    return OWNED[key](row) if key in OWNED else row


SHAPED = re.compile("mobile|phone|fax|mail|code|number|website|account|tax_id|birth|outcome")
"""Fields that don't take any text, or that ask for more once they hold some."""


def make_hostile(key: str, by: str = "qiuzhiyuan") -> Any:
    """A saved record with hostile text in every field that takes any text, in its lines, and in
    the records that it names, its party among them."""
    kind, values = kinds[key], typed(key, by)
    values = hostile(kind.form_class, values, by)
    for lines in kind.lines:
        rows = values.get(lines.related, ())
        values[lines.related] = [hostile(lines.form_class, row, by) for row in rows]
    return make(key, by, **values)


def hostile(form: Any, values: Typed, by: str) -> Typed:
    """What is typed into a form, hostile wherever it is text of no certain shape."""
    found = dict(values)
    for name, field in form.base_fields.items():
        model = getattr(getattr(field, "queryset", None), "model", None)
        other = next((key for key in FACTORIES if model is kinds[key].model), "")
        if type(field) is forms.CharField and not SHAPED.search(name):
            found[name] = f"{next(numbers)}{HOSTILE}"[: field.max_length]
        elif other and values.get(name):
            found[name] = make_hostile(other, by).pk
    return found


def typed(key: str, by: str = "qiuzhiyuan", **given: Any) -> Typed:
    """What is typed into the form."""
    return {**FACTORIES[key](by), **given}


def posted(key: str, values: Typed) -> QueryDict:
    """What a browser sends: what isn't named is as on an empty form."""
    return read(kinds[key], values, new=True)


def entry(dictionary: str) -> int:
    """An entry of a dictionary."""
    found = DictionaryEntry.objects.filter(dictionary=dictionary).first()
    assert found is not None, dictionary
    return found.pk


@factory("catalog.product")
def product(by: str) -> Typed:
    category, _made = ProductCategory.objects.get_or_create(name="超声设备")
    return {
        "code": f"UD-{next(numbers)}",
        "name": "彩色多普勒超声诊断仪",
        "category": category.pk,
        "unit": entry("unit"),
        "nature": "goods",
        "tracking": "none",
        "tax_rate": TaxRate.objects.get(name="13%").pk,
        "standard_price": "680000",
        "warranty_months": "12",
        "active": "on",
    }


@factory("sales.customer")
def customer(by: str) -> Typed:
    return {
        "name": f"苏州平江路医院{next(numbers)}",
        "level": entry("customer_level"),
        "payment_days": "30",
        "active": "on",
        "addresses": [],
        "collaborators": [],
    }


@factory("sales.lead")
def lead(by: str) -> Typed:
    return {
        "name": f"太仓沙溪医院{next(numbers)}",
        "contact_name": "解志宏",
        "contact_mobile": "13800138000",
        "need": "两台彩超",
    }


@factory("sales.targetcompany")
def target_company(by: str) -> Typed:
    number = next(numbers)
    return {"name": f"昆山玉山门诊部{number}", "phone": f"0512-57{number:06d}"}


def claimed(row: TargetCompany) -> TargetCompany:
    """A company that its maker has claimed; the others see one that nobody has."""
    taken = take_company(company_id=row.pk, user=row.owner_id, by=row.owner_id, now=timezone.now())
    taken.version = row.version
    taken.save(update_fields=["version"])
    return taken


OWNED["sales.targetcompany"] = claimed


@factory("sales.contact")
def contact(by: str) -> Typed:
    return {
        "customer": make("sales.customer", by).pk,
        "name": f"单志宏{next(numbers)}",
        "birth_calendar": "solar",
    }


@factory("sales.pricepolicy")
def price_policy(by: str) -> Typed:
    return {
        "name": f"客户价{next(numbers)}",
        "basis": "customer",
        "customer": make("sales.customer", by).pk,
        "percent": "90",
        "active": "on",
    }


@factory("sales.opportunity")
def opportunity(by: str) -> Typed:
    return {
        "name": f"超声采购{next(numbers)}",
        "customer": make("sales.customer", by).pk,
        "stage": OpportunityStage.objects.in_use()[0].pk,
        "amount": "680000",
        "expected_on": "2031-06-30",
        "products": [],
        "competitors": [{"name": "迈远医疗", "strengths": "价格低", "price": "640000"}],
    }


@factory("sales.presalesrequest")
def presales_request(by: str) -> Typed:
    return {
        "subject": f"彩超方案{next(numbers)}",
        "support": entry("presales_support"),
        "customer": make("sales.customer", by).pk,
        "need": "心脏与血管检查，两间诊室",
        "wanted_at": "2031-03-10 09:00",
        "date": "2031-03-03",
    }


@factory("sales.salestarget")
def sales_target(by: str) -> Typed:
    person = Employee.objects.get(user__username=by).pk
    return {
        "month": f"{2031 + SalesTarget.objects.filter(person=person).count()}-03-01",
        "measure": "contracts",
        "person": person,
        "amount": "500000",
        "remarks": f"年度目标{next(numbers)}",
    }


@factory("sales.salesactivity")
def sales_activity(by: str) -> Typed:
    return {
        "kind": entry("activity_kind"),
        "subject": f"电话回访{next(numbers)}",
        "planned_at": "2031-03-03 10:00",
        "customer": make("sales.customer", by).pk,
    }


@factory("contracts.salescontract")
def sales_contract(by: str) -> Typed:
    return {
        "name": f"彩超采购合同{next(numbers)}",
        "customer": make("sales.customer", by).pk,
        "date": "2031-03-03",
        "signed_on": "2031-03-03",
        "ends_on": "2032-03-03",
        "warranty_months": "12",
        "lines": [
            {
                "product": make("catalog.product", by).pk,
                "quantity": "2",
                "rate": "90",
                "typed": "rate",
            }
        ],
        "instalments": [{"label": "预付", "rule": "signed", "days": "7", "percent": "100"}],
    }
