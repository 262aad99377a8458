"""Activities of the demo company, done and planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import User
from apps.sales.activities.models import ActivityComment, ActivityState, SalesActivity
from apps.sales.activities.reach import set_next_contact, touch
from apps.sales.activities.services import complete
from apps.sales.customers.models import ALIVE, Customer
from apps.sales.leads.models import Lead
from apps.sales.opportunities.models import Opportunity, OpportunityState

TALKS: Final = (  # kind, subject, what came of it, next step
    ("call", "电话了解采购计划", "设备科确认年内有预算，待院办批复", "下周寄送产品资料"),
    ("visit", "拜访设备科介绍产品", "科长对图像质量满意，希望看演示", "安排现场演示"),
    ("demonstration", "彩超现场演示", "超声科三位医生试用，反馈良好", "提交报价方案"),
    ("wechat", "微信发送技术参数", "已转给使用科室", "电话跟进意见"),
    ("meeting", "技术交流会", "明确配置清单与安装条件", "准备投标文件"),
    ("mail", "发送报价单", "客户已收到，等待内部比价", "一周后电话询问"),
)
WEEKS: Final = 6


@transaction.atomic
def make_activities(*, now: datetime) -> int:
    """Activities with customers, leads and about opportunities in the weeks before and after now;
    how many. Idempotent."""
    if SalesActivity.objects.exists():
        return 0
    made = list(_activities(now))
    SalesActivity.objects.bulk_create(made)
    for activity in made:
        if activity.state == ActivityState.DONE:
            touch(activity, by=activity.owner_id)
        elif activity.lead_id is not None:
            set_next_contact(activity.lead_id, now=now)
    _comment(made, now)
    return len(made)


def _activities(now: datetime) -> Iterator[SalesActivity]:
    kinds = {e.code: e for e in DictionaryEntry.objects.filter(dictionary="activity_kind")}
    search = kind_of(SalesActivity).search
    for index, about in enumerate(_about()):
        kind, subject, outcome, next_step = TALKS[index % len(TALKS)]
        at = _at(now, index)
        activity = SalesActivity(
            kind=kinds[kind],
            subject=subject,
            planned_at=at,
            ends_at=at + timedelta(hours=1),
            place="客户现场" if kind in ("visit", "demonstration", "meeting") else "",
            created_at=min(at, now) - timedelta(days=2),
            changed_at=min(at, now),
            **about,
        )
        if at < now and index % 9:
            activity.state, activity.done_at = ActivityState.DONE, at + timedelta(hours=1)
            activity.done_at = min(activity.done_at, now)
            activity.outcome, activity.next_step = outcome, next_step
        elif at < now - timedelta(days=10):
            activity.state, activity.cancel_reason = ActivityState.CANCELLED, "客户临时改期"
        activity.created_by_id = activity.changed_by_id = activity.owner_id
        complete(activity)
        make_searchable(activity, search)
        yield activity


def _at(now: datetime, index: int) -> datetime:
    """Spread over working hours of the days around now, three of four before."""
    day = timezone.localtime(now) + timedelta(days=(index * 5) % (WEEKS * 7) - WEEKS * 5)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day.replace(hour=9 + index % 8, minute=30 * (index % 2), second=0, microsecond=0)


def _about() -> Iterator[dict[str, Any]]:
    """With whom, and whose it is."""
    for customer in Customer.objects.filter(stage__in=ALIVE).order_by("pk"):
        contact = customer.contacts.filter(primary=True).first()
        yield {**_owned(customer), "customer": customer, "contact": contact}
        yield {**_owned(customer), "customer": customer, "contact": contact}
    for lead in Lead.objects.open().order_by("pk"):
        yield {**_owned(lead), "lead": lead}
    for opportunity in Opportunity.objects.filter(state=OpportunityState.OPEN).order_by("pk"):
        yield {
            **_owned(opportunity),
            "opportunity": opportunity,
            "customer": opportunity.customer,
        }


def _owned(record: Any) -> dict[str, Any]:
    return {"owner_id": record.owner_id, "department_id": record.department_id}


def _comment(made: Sequence[SalesActivity], now: datetime) -> None:
    """The sales manager has read some of what her people did."""
    manager = User.objects.get(username="shanlina")
    done = [a for a in made if a.state == ActivityState.DONE and a.owner_id != manager.pk]
    texts = ("演示效果不错，尽快报价。", "记得约院长一起见面。", "预算批复后第一时间告诉我。")
    ActivityComment.objects.bulk_create(
        ActivityComment(
            activity=activity,
            by=manager,
            at=min(now, (activity.done_at or now) + timedelta(hours=20)),
            text=texts[index % len(texts)],
        )
        for index, activity in enumerate(done[:: max(1, len(done) // 6)][:6])
    )
