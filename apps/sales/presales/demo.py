"""The demo company's presales requests, in different steps of their process."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record, submit_document
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import User
from apps.sales.customers.models import ALIVE, Customer
from apps.sales.presales.models import PresalesRequest
from apps.sales.presales.services import cancel_request
from engine import tasks
from engine.models import HumanTask, TaskState

MANAGER, PRESALES, ENGINEER = "yuchigang", "zhamin", "chenhai"
REQUESTS: Final = (  # kind, subject, need, how far it comes
    ("solution", "超声科整体方案", "三间诊室，心脏与腹部检查，需出配置与平面图", "done"),
    ("demonstration", "便携超声院内演示", "急诊科医生试用，两小时", "accepted"),
    ("survey", "检验科场地勘查", "核对供电、给排水与承重", "assigned"),
    ("tender", "监护仪投标技术文件", "响应技术参数，截止前三天定稿", "waiting"),
    ("training", "心电网络技术交流", "与信息科讨论接口与数据安全", "refused"),
    ("quotation", "生化分析仪技术报价", "流水线与单机两套配置", "cancelled"),
    ("solution", "体检中心设备配置建议", "年体检量五万人次", "draft"),
)


def make_presales(*, now: datetime) -> int:
    """Requests of those who sell, made by running the process; how many. Idempotent."""
    if PresalesRequest.objects.exists():
        return 0
    people = dict(User.objects.values_list("username", "pk"))
    sellers = [people[name] for name in ("qiuzhiyuan", "xiexiaomei", "ouwenbin")]
    for index, (support, subject, need, step) in enumerate(REQUESTS):
        owner = sellers[index % len(sellers)]
        customer = Customer.objects.filter(stage__in=ALIVE, owner=owner).order_by("pk")[index]
        began = now - timedelta(days=len(REQUESTS) - index)
        request = _request(owner, customer, support, subject, need, began)
        _take(request, step, people, began)
    return len(REQUESTS)


@transaction.atomic
def _request(
    owner: int, customer: Customer, support: str, subject: str, need: str, now: datetime
) -> PresalesRequest:
    day: date = timezone.localdate(now)
    request = PresalesRequest(
        subject=subject,
        support=DictionaryEntry.objects.get(dictionary="presales_support", code=support),
        customer=customer,
        contact=customer.contacts.filter(primary=True).first(),
        need=need,
        date=day,
        wanted_at=timezone.localtime(now + timedelta(days=10)).replace(
            hour=9 + now.day % 7, minute=0, second=0, microsecond=0
        ),
        place="客户现场",
        owner_id=owner,
        department_id=rights_of(owner).department,
    )
    save_record(kind=kind_of(request), record=request, lines={}, rights=rights_of(owner), now=now)
    return request


def _take(request: PresalesRequest, step: str, people: dict[str, int], now: datetime) -> None:
    """As far as it comes."""
    if step == "draft":
        return
    owner = request.owner_id
    submit_document(kind=kind_of(request), pk=request.pk, rights=rights_of(owner), now=now)
    if step == "waiting":
        return
    if step == "cancelled":
        cancel_request(request=request.pk, by=owner, reason="客户暂缓采购", now=now)
        return
    later = now + timedelta(hours=1)
    _decide(request, people[MANAGER], "assign", later, engineer=people[PRESALES])
    if step == "assigned":
        return
    if step == "refused":
        _decide(request, people[PRESALES], "refuse", later, opinion="本周在外地投标")
        return
    _decide(request, people[PRESALES], "accept", later)
    if step == "done":
        _decide(
            request,
            people[PRESALES],
            "report",
            min(later + timedelta(days=1), timezone.now()),
            result="方案与平面图已提交，客户认可配置，建议按两期采购。",
            hours="6.5",
        )


def _decide(
    request: PresalesRequest,
    user: int,
    decision: str,
    now: datetime,
    opinion: str = "",
    **data: object,
) -> None:
    task = HumanTask.objects.get(
        instance__business_key=request.business_key, state__lte=TaskState.RESERVED
    )
    tasks.complete(task.pk, user=user, decision=decision, opinion=opinion, data=data, now=now)
