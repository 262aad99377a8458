"""The demo company's yellow pages: 120, of which 45 are claimed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product as combinations
from typing import Final

from django.db import transaction

from apps.core.access.rights import rights_of
from apps.core.kinds.many import save_new_records
from apps.core.kinds.registry import kinds
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Employee
from apps.sales.companies import services
from apps.sales.models import TargetCompany

KEY: Final = "sales.targetcompany"
TOWNS: Final = (  # town, region, area code
    ("昆山", "jiangsu", "0512"),
    ("太仓", "jiangsu", "0512"),
    ("常熟", "jiangsu", "0512"),
    ("江阴", "jiangsu", "0510"),
    ("嘉兴", "zhejiang", "0573"),
    ("松江", "shanghai", "021"),
    ("芜湖", "anhui", "0553"),
    ("佛山", "guangdong", "0757"),
)
STREETS: Final = ("玉山", "沙溪", "虞山")
SORTS: Final = (
    ("综合门诊部", "clinic"),
    ("体检中心", "examination"),
    ("医学检验所", "laboratory"),
    ("宠物医院", "veterinary"),
    ("医疗器械有限公司", "distributor"),
)
SOURCES: Final = ("exhibition", "tender", "website", "telephone")
PEOPLE: Final = ("王建国", "李文博", "张雅琴", "陈思远", "杨海峰", "黄玉珍", "赵立新")
SELLERS: Final = ("qiuzhiyuan", "xiexiaomei", "ouwenbin")
CLAIMED: Final = 45


@transaction.atomic
def make_companies(*, now: datetime) -> int:
    """Yellow pages in three batches, entered by the sales manager; 45 of them claimed in the last
    four weeks, most of them contacted since. How many were made. Idempotent."""
    if TargetCompany.objects.exists():
        return 0
    kind, manager = kinds[KEY], rights_of(_user("shanlina"))
    rows = list(_companies(now))
    refused = kind.prepare_many(rows)
    rows = [row for row, wrong in zip(rows, refused, strict=True) if not wrong]
    save_new_records(kind=kind, records=rows, rights=manager, now=now - timedelta(days=40))
    for index in range(CLAIMED):
        _claim(rows[index * 2], index, now)
    return len(rows)


def _claim(company: TargetCompany, index: int, now: datetime) -> None:
    claimed_at = now - timedelta(days=2 + index % 26, hours=index % 7)
    services.claim_company(
        company_id=company.pk,
        rights=rights_of(_user(SELLERS[index % len(SELLERS)])),
        now=claimed_at,
    )
    if index % 4:
        services.touch_company(company_id=company.pk, at=claimed_at + timedelta(days=1))


def _user(username: str) -> int:
    return Employee.objects.get(user__username=username).pk


def _companies(now: datetime) -> Iterator[TargetCompany]:
    entries = {
        (entry.dictionary, entry.code): entry
        for entry in DictionaryEntry.objects.filter(
            dictionary__in=("region", "industry", "customer_source")
        )
    }
    places = combinations(STREETS, SORTS, TOWNS)
    for index, (street, (sort, industry), (town, region, code)) in enumerate(places):
        yield TargetCompany(
            name=f"{town}{street}{sort}",
            contact_name=PEOPLE[index % len(PEOPLE)] if index % 5 else "",
            contact_position="负责人" if index % 5 else "",
            phone=f"{code}-5766{index:04d}" if index % 9 else "",
            region=entries["region", region],
            industry=entries["industry", industry],
            source=entries["customer_source", SOURCES[index % len(SOURCES)]],
            address=f"{town}{street}路{index + 1}号",
            batch=f"{now - timedelta(days=40):%Y-%m} 第{index % 3 + 1}批",
        )
