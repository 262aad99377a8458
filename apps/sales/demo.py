"""The demo company's customers, their contacts, and the prices they are offered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product as combinations
from typing import Final

from django.db import transaction
from stdnum.cn import uscc

from apps.catalog.models import Product
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Employee
from apps.sales.duplicates import normal_name
from apps.sales.models import (
    Address,
    Basis,
    Calendar,
    Collaborator,
    Contact,
    Customer,
    PricePolicy,
)
from apps.sales.phones import e164

OWNERS: Final = ("qiuzhiyuan", "xiexiaomei", "ouwenbin", "qiuzhiyuan", "xiexiaomei", "shanlina")
PLACES: Final = (  # city, its roads, region, area code
    ("苏州", ("平江路", "星塘", "石湖", "阳澄"), "jiangsu", "0512"),
    ("无锡", ("梁溪", "太湖", "惠山"), "jiangsu", "0510"),
    ("南京", ("秦淮", "玄武", "江宁"), "jiangsu", "025"),
    ("上海", ("虹桥", "临港", "静安"), "shanghai", "021"),
    ("杭州", ("西溪", "钱塘", "拱墅"), "zhejiang", "0571"),
    ("合肥", ("蜀山", "滨湖"), "anhui", "0551"),
    ("广州", ("天河", "番禺"), "guangdong", "020"),
)
SORTS: Final = (  # what it is, short, industry, level
    ("医院", "医院", "hospital", "A"),
    ("妇幼保健中心", "妇幼", "maternity", "B"),
    ("康复医院", "康复", "rehabilitation", "C"),
)
SOURCES: Final = ("exhibition", "recommended", "tender", "website", "telephone", "partner")
SURNAMES: Final = "单曾仇解区查乐王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁"
GIVEN: Final = ("志宏", "雅琴", "建国", "晓燕", "文博", "丽华", "思远", "海峰", "玉珍", "立新")
POSITIONS: Final = (
    ("设备科科长", "equipment"),
    ("院长", "decides"),
    ("超声科主任", "uses"),
    ("采购员", "purchases"),
    ("财务科科长", "pays"),
)
CONTACTS: Final = 140


@transaction.atomic
def make_customers(*, today: date) -> list[Customer]:
    """The customers of the demo company with their contacts. Idempotent."""
    if not Customer.objects.exists():
        customers = Customer.objects.bulk_create(_customers())
        Address.objects.bulk_create(_addresses(customers))
        Collaborator.objects.bulk_create(_collaborators(customers))
        Contact.objects.bulk_create(_contacts(customers, today))
    return list(Customer.objects.select_related("owner", "level").order_by("pk"))


def _entries(dictionary: str) -> dict[str, DictionaryEntry]:
    return {entry.code: entry for entry in DictionaryEntry.objects.filter(dictionary=dictionary)}


def _staff() -> dict[str, Employee]:
    return {e.user.username: e for e in Employee.objects.select_related("user")}


def _names() -> Iterator[tuple[str, str, str, str, str, str]]:
    """City, road, what it is, its short name, industry, level."""
    for (city, roads, _region, _code), sort in combinations(PLACES, SORTS):
        for road in roads:
            yield city, road, *sort


def _customers() -> Iterator[Customer]:
    level, industry = _entries("customer_level"), _entries("industry")
    region, source, staff = _entries("region"), _entries("customer_source"), _staff()
    of_city = {city: (code, regional) for city, _roads, regional, code in PLACES}
    search = kind_of(Customer).search
    for index, (city, road, sort, short, kind, grade) in enumerate(_names()):
        owner = staff["ouwenbin" if city == "广州" else OWNERS[index % len(OWNERS)]]
        phone = f"{of_city[city][0]}-6288{index:04d}"
        body = f"91990000MA0HX{index + 1:04d}"
        customer = Customer(
            name=f"{city}{road}{sort}",
            name_normal=normal_name(f"{city}{road}{sort}"),
            short_name=f"{road}{short}",
            level=level[grade],
            industry=industry[kind],
            region=region[of_city[city][1]],
            source=source[SOURCES[index % len(SOURCES)]],
            phone=phone,
            phone_e164=e164(phone),
            tax_id=body + uscc.calc_check_digit(body),
            invoice_title=f"{city}{road}{sort}",
            invoice_address=f"{city}市{road}街道健康路{index + 1}号",
            invoice_phone=phone,
            bank=f"{city}健康银行{road}支行",
            bank_account=f"990000{index:012d}",
            credit_limit=Decimal(2_000_000 if grade == "A" else 600_000) if index % 7 else None,
            payment_days=60 if grade == "A" else 30,
            owner_id=owner.pk,
            department_id=owner.department_id,
        )
        make_searchable(customer, search)
        yield customer


def _addresses(customers: list[Customer]) -> Iterator[Address]:
    for customer in customers:
        yield Address(
            document=customer,
            row=1,
            label="院区",
            address=customer.invoice_address,
            receiver="设备科",
            phone=customer.phone,
        )


def _collaborators(customers: list[Customer]) -> Iterator[Collaborator]:
    """查敏 looks after every sixth as presales."""
    presales = _staff()["zhamin"]
    for customer in customers[::6]:
        yield Collaborator(document=customer, row=1, user_id=presales.pk)


def _contacts(customers: list[Customer], today: date) -> Iterator[Contact]:
    """One for each, primary, then more of them; a few have their birthday in the coming days."""
    role, search = _entries("contact_role"), kind_of(Contact).search
    for index in range(CONTACTS):
        customer = customers[index % len(customers)]
        position, code = POSITIONS[(index // len(customers) + index) % len(POSITIONS)]
        born = date(1980, 1 + index % 12, 1 + index % 28)
        if index % 20 == 0:
            born = today + timedelta(days=index % 7)
        mobile = f"138 0000 {index:04d}"
        contact = Contact(
            customer=customer,
            name=SURNAMES[index % len(SURNAMES)] + GIVEN[index % len(GIVEN)],
            role=role[code],
            position=position,
            mobile=mobile,
            mobile_e164=e164(mobile),
            email=f"contact{index:03d}@customer.example",
            birth_year=1965 + index % 30,
            birth_month=born.month,
            birth_day=born.day,
            birth_calendar=Calendar.LUNAR if index % 3 == 1 else Calendar.SOLAR,
            primary=index < len(customers),
            owner_id=customer.owner_id,
            department_id=customer.department_id,
        )
        make_searchable(contact, search)
        yield contact


# --- prices ---------------------------------------------------------------------------------------
BREAKS: Final = ("PM-101", "PM-102", "PM-103", "EC-101", "EC-102", "CS-201", "CS-202")


@transaction.atomic
def make_price_policies(products: dict[str, Product], *, today: date) -> int:
    """Customer levels A and B, breaks at 5 and 10 units, two promotions of which one is over, a
    price of one customer's own; how many were made. Idempotent."""
    if PricePolicy.objects.exists():
        return 0
    policies = list(_policies(products, today))
    owner, search = _staff()["shanlina"], kind_of(PricePolicy).search
    for policy in policies:
        policy.owner_id, policy.department_id = owner.pk, owner.department_id
        make_searchable(policy, search)
    return len(PricePolicy.objects.bulk_create(policies))


def _policies(products: dict[str, Product], today: date) -> Iterator[PricePolicy]:
    level = _entries("customer_level")
    for grade, percent in (("A", 90), ("B", 95)):
        yield PricePolicy(
            name=f"{level[grade].name}客户", basis=Basis.LEVEL, level=level[grade], percent=percent
        )
    for code in BREAKS:
        for quantity, percent in ((5, 95), (10, 92)):
            yield PricePolicy(
                name=f"{products[code].model_name} 满 {quantity}",
                basis=Basis.QUANTITY,
                product=products[code],
                from_quantity=quantity,
                percent=percent,
            )
    yield PricePolicy(
        name="心电年末促销",
        basis=Basis.PROMOTION,
        product=products["EC-103"],
        price=Decimal(22_800),
        valid_from=today - timedelta(days=20),
        valid_to=today + timedelta(days=40),
    )
    yield PricePolicy(
        name="便携超声秋季促销",
        basis=Basis.PROMOTION,
        product=products["US-101"],
        percent=88,
        valid_from=today - timedelta(days=120),
        valid_to=today - timedelta(days=30),
    )
    yield PricePolicy(
        name="平江路医院框架价",
        basis=Basis.CUSTOMER,
        customer=Customer.objects.order_by("pk").first(),
        product=products["PM-103"],
        price=Decimal(15_900),
    )
