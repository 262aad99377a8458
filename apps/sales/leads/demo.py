"""The demo company's leads, in every state: reviewed by their process, not written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from apps.core.parameters.models import DictionaryEntry
from apps.sales.customers.models import ALIVE, Customer
from apps.sales.leads.models import Lead
from apps.sales.leads.services import open_lead, save_lead, touch_lead
from engine import tasks
from engine.models import HumanTask, TaskState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWNERS: Final = ("xiexiaomei", "qiuzhiyuan", "ouwenbin")
TOWNS: Final = {  # of whom: region, towns
    "xiexiaomei": ("jiangsu", ("太仓沙溪", "昆山周庄", "张家港凤凰", "常熟梅李", "吴江震泽")),
    "qiuzhiyuan": ("zhejiang", ("嘉善西塘", "桐乡乌镇", "海宁盐官", "德清新市", "安吉孝丰")),
    "ouwenbin": ("guangdong", ("佛山西樵", "中山小榄", "东莞石龙", "惠州淡水", "江门鹤山")),
}
SORTS: Final = (  # what it is, industry, need, budget in 10,000 yuan
    ("人民医院", "hospital", "更新两台彩色多普勒超声，要求三年质保", 120),
    ("康复医院", "rehabilitation", "新建康复楼，需监护仪二十台", 46),
    ("体检中心", "examination", "体检线扩容，便携超声与心电各三台", 38),
)
SOURCES: Final = ("exhibition", "recommended", "tender", "website", "telephone")
TIMINGS: Final = ("month", "quarter", "half_year", "year", "undecided")
NAMES: Final = ["志宏", "雅琴", "建国", "晓燕", "文博", "丽华", "思远", "海峰", "玉珍", "立新"]
SURNAMES: Final = "单曾仇解区查乐王李张刘陈杨黄赵"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody decides about it, some hours after the act before."""

    user: str
    decision: str
    opinion: str = ""
    data: Mapping[str, Any] | None = None
    after: int = 3


OF_OWNER: Final = ""
ASKED: Final = Act(
    "shanlina", "ask_more", "预算是否已批？请补充预算和采购时间", {"asked": ["budget", "timing"]}
)
APPROVED: Final = (Act("shanlina", "approve", "资料完整，同意转客户"),)
RULED: Final = (
    Act(OF_OWNER, "ask_ruling", "该院设备科主动找到我，请裁决"),
    Act("shanlina", "both", "双方共同跟进，原负责人为主"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """What becomes of a lead. `days`: entered so long ago; `hours`: submitted so long ago; `known`:
    whose customer it is already, the owner's (mine) or a colleague's (theirs); `contact`: days from
    today to the next contact."""

    days: int
    contact: int | None = None
    followed: bool = False
    hours: int = 0
    acts: tuple[Act, ...] = ()
    known: str = ""


def _stories() -> Iterator[Story]:
    for index in range(8):  # new
        yield Story(1 + index, contact=(index % 4) or None)
    for index in range(9):  # followed: overdue, due today, to come
        yield Story(10 + 3 * index, contact=index - 3, followed=True)
    for hours in (2, 3, 5, 20, 27):  # to be reviewed
        yield Story(20 + hours, contact=2, followed=True, hours=hours)
    for days in (2, 5, 26):  # asked for more
        yield Story(40 + days, followed=True, hours=24 * days, acts=(ASKED,))
    yield Story(15, followed=True, hours=4, known="theirs")
    yield Story(16, followed=True, hours=6, known="theirs", acts=RULED[:1])
    for days in (9, 14, 21, 30):  # customers
        yield Story(
            60 + days,
            followed=True,
            hours=24 * days,
            known="mine",
            acts=(Act("shanlina", "approve"),),
        )
    yield Story(66, followed=True, hours=24 * 12, known="theirs", acts=RULED)
    yield Story(
        50, followed=True, hours=24 * 8, acts=(Act("shanlina", "invalid", "两年内无采购计划"),)
    )
    yield Story(
        52, followed=True, hours=24 * 10, acts=(Act("shanlina", "invalid", "已向他人采购"),)
    )
    yield Story(
        55, followed=True, hours=24 * 11, acts=(Act("shanlina", "back", "暂无需求，退回黄页"),)
    )


@transaction.atomic
def make_leads(*, now: datetime | None = None) -> int:
    """The leads of the demo company, whose people and customers exist and whose processes are
    deployed; how many were made. Dates count back from `now`. Idempotent."""
    moment = now or timezone.now()
    names = list(_names())
    if Lead.objects.filter(name=names[0][1]).exists():
        return 0
    people = dict(get_user_model()._default_manager.values_list("username", "pk"))
    known = _known(people)
    stories = list(_stories())
    for index, story in enumerate(stories):
        owner, name, sort = names[index % len(names)]
        firm = known[owner, story.known].pop() if story.known else None
        lead = _open(index, story, owner, name, sort, firm, people, moment)
        if story.hours:
            _review(lead, story, owner, people, moment)
    return len(stories)


def _names() -> Iterator[tuple[str, str, tuple[str, str, str, int]]]:
    for index in range(len(OWNERS) * 5 * len(SORTS)):  # the sorts by turns
        owner, number = OWNERS[index % 3], index // 3 % 5
        sort = SORTS[(index + number + index // 15) % 3]
        yield owner, f"{TOWNS[owner][1][number]}{sort[0]}", sort


def _known(people: Mapping[str, int]) -> dict[tuple[str, str], list[Customer]]:
    """Customers that leads of somebody turn out to be: their own, and their colleagues'."""
    rows = list(Customer.objects.filter(merged_into=None, stage__in=ALIVE).order_by("-pk"))
    return {
        (owner, whose): [
            row for row in rows if (row.owner_id == people[owner]) == (whose == "mine")
        ][position * 5 : position * 5 + 5]
        for position, owner in enumerate(OWNERS)
        for whose in ("mine", "theirs")
    }


def _open(
    index: int,
    story: Story,
    owner: str,
    name: str,
    sort: Sequence[Any],
    firm: Customer | None,
    people: Mapping[str, int],
    now: datetime,
) -> Lead:
    entered, today = now - story.days * DAY, timezone.localdate(now)
    region, _towns = TOWNS[owner]
    lead = open_lead(
        owner=people[owner],
        name=firm.name if firm is not None else name,
        phone="" if firm is not None else f"0512-5380{index:04d}",
        contact_name=SURNAMES[index % len(SURNAMES)] + NAMES[index % len(NAMES)],
        contact_position=("设备科科长", "院长", "采购员")[index % 3],
        contact_mobile=f"139 0000 {index:04d}",
        region=_entry("region", region) if firm is None else firm.region,
        industry=_entry("industry", sort[1]),
        source=_entry("customer_source", SOURCES[index % len(SOURCES)]),
        need=sort[2],
        budget=Decimal((sort[3] + index * 7 % 20) * 10_000) if index % 4 else None,
        now=entered,
    )
    extra: dict[str, Any] = {
        "timing": _entry("purchase_timing", TIMINGS[index % len(TIMINGS)]),
        "next_contact_on": _day(today, story.contact),
    }
    if index % 3 == 0:
        extra |= {"opportunity_name": sort[2][:12], "opportunity_amount": lead.budget}
    save_lead(lead, by=people[owner], now=entered, **extra)
    if story.followed:
        touch_lead(lead_id=lead.pk, at=entered + 2 * DAY if story.days > 3 else entered)
    return lead


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + days * DAY


def _entry(dictionary: str, code: str) -> DictionaryEntry | None:
    return DictionaryEntry.objects.filter(dictionary=dictionary, code=code).first()


def _review(lead: Lead, story: Story, owner: str, people: Mapping[str, int], now: datetime) -> None:
    moment = now - story.hours * HOUR
    instance = submit_document(
        kind=kind_of(lead), pk=lead.pk, rights=rights_of(people[owner]), now=moment
    ).instance
    for act in story.acts:
        moment += act.after * HOUR
        task = HumanTask.objects.get(
            instance=instance, state__in=(TaskState.READY, TaskState.RESERVED)
        )
        tasks.complete(
            task.pk,
            user=people[act.user or owner],
            decision=act.decision,
            opinion=act.opinion,
            data=act.data,
            now=moment,
        )
