"""The demo company's customers, their contacts, and the prices they are offered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product as combinations
from typing import Final

from django.db import transaction
from django.utils import timezone
from stdnum.cn import uscc

from apps.catalog.models import Product
from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.core.phones import e164
from apps.people.models import Employee
from apps.sales.contacts.birthdays import lunar_day
from apps.sales.customers.blockers import blockers_of
from apps.sales.customers.entering import complete
from apps.sales.customers.models import ALIVE
from apps.sales.customers.services import close_customer, make_dormant, win_by_hand
from apps.sales.models import (
    Address,
    Basis,
    Calendar,
    Collaborator,
    Contact,
    Customer,
    CustomerStage,
    PricePolicy,
)

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
        customers = Customer.objects.bulk_create(_customers(today))
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


def _customers(today: date) -> Iterator[Customer]:
    level, industry = _entries("customer_level"), _entries("industry")
    region, source, staff = _entries("region"), _entries("customer_source"), _staff()
    of_city = {city: (code, regional) for city, _roads, regional, code in PLACES}
    kind_of_customers = kind_of(Customer)
    for index, (city, road, sort, short, industry_code, grade) in enumerate(_names()):
        owner = staff["ouwenbin" if city == "广州" else OWNERS[index % len(OWNERS)]]
        phone = f"{of_city[city][0]}-6288{index:04d}"
        body = f"91990000MA0HX{index + 1:04d}"
        customer = Customer(
            name=f"{city}{road}{sort}",
            short_name=f"{road}{short}",
            level=level[grade],
            industry=industry[industry_code],
            region=region[of_city[city][1]],
            source=source[SOURCES[index % len(SOURCES)]],
            phone=phone,
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
            created_at=_noon(today - timedelta(days=120 + index * 11)),
            stage_since=_noon(today - timedelta(days=120 + index * 11)),
            last_contact_at=_noon(today - timedelta(days=1 + index * 5 % 47)),
            # Every fourth was handed to its owner lately, and is still protected.
            protected_until=today + timedelta(days=20 + index) if index % 4 == 0 else None,
        )
        complete(customer)
        make_searchable(customer, kind_of_customers.search)
        yield customer


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _addresses(customers: list[Customer]) -> Iterator[Address]:
    for customer in customers:
        yield Address(
            document=customer,
            row=1,
            label="院区",
            address=customer.invoice_address,
            receiver="设备科",
            phone=customer.phone,
            phone_e164=customer.phone_e164,
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
        calendar = Calendar.LUNAR if index % 3 == 1 else Calendar.SOLAR
        month, day = 1 + index % 12, 1 + index % 28
        if index % 20 == 0:  # in the coming days
            on = today + timedelta(days=index % 7)
            kept = lunar_day(on) if calendar == Calendar.LUNAR else None
            calendar = Calendar.LUNAR if kept else Calendar.SOLAR
            month, day = kept or (on.month, on.day)
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
            birth_month=month,
            birth_day=day,
            birth_calendar=calendar,
            primary=index < len(customers),
            owner_id=customer.owner_id,
            department_id=customer.department_id,
        )
        make_searchable(contact, search)
        yield contact


# --- stages ---------------------------------------------------------------------------------------
WON, RESTING, LOST = 25, 7, 3
SLEEPS: Final = (  # why, days until it wakes up, what was said
    ("budget", 3, "院方预算推迟到下季度，先不打扰"),
    ("budget", 45, "等财政拨款"),
    ("no_need", None, "设备刚换新，三年内没有采购计划"),
    ("no_need", 90, "新院区封顶后再联系"),
    ("unreachable", 7, "设备科长调走，还没有对接人"),
    ("price", 30, "等竞品合同到期"),
    ("other", 60, "医院合并中"),
)
LOSSES: Final = (
    ("competitor", "已与竞争对手签约"),
    ("price", "报价差距太大，谈不拢"),
    ("gone", "机构已注销"),
)


@transaction.atomic
def settle_stages(*, now: datetime | None = None) -> int:
    """Customers beside those that contracts have won: some won by hand, some dormant, some lost;
    how many were moved. After the contracts. Idempotent."""
    moment = now or timezone.now()
    if Customer.objects.exclude(stage__in=ALIVE).exists():
        return 0
    talking = Customer.objects.filter(stage=CustomerStage.IN_TALK).order_by("pk")
    free = [customer for customer in talking if not blockers_of(customer.pk)]
    manager, reason = rights_of(_staff()["shanlina"].pk), _entries("stage_reason")
    lost, resting, rest = free[:LOST], free[LOST : LOST + RESTING], free[LOST + RESTING :]
    for at, (customer, (why, said)) in enumerate(zip(lost, LOSSES, strict=True)):
        close_customer(
            customer_id=customer.pk,
            reason=reason[why],
            remarks=said,
            rights=manager,
            now=moment - timedelta(days=9 + 8 * at),
        )
    for at, (customer, (why, days, said)) in enumerate(zip(resting, SLEEPS, strict=True)):
        before = moment - timedelta(days=5 + 6 * at)
        if at % 3 == 0:  # has bought before
            win_by_hand(customer_id=customer.pk, rights=manager, now=before - timedelta(days=60))
        make_dormant(
            customer_id=customer.pk,
            reason=reason[why],
            wake_up_on=timezone.localdate(moment) + timedelta(days=days) if days else None,
            remarks=said,
            rights=manager,
            now=before,
        )
    missing = WON - Customer.objects.filter(stage=CustomerStage.WON).count()
    for at, customer in enumerate(rest[: max(0, missing)]):
        win_by_hand(
            customer_id=customer.pk, rights=manager, now=moment - timedelta(days=30 + 12 * at)
        )
    return len(lost) + len(resting) + max(0, missing)


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
