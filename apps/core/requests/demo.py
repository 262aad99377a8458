"""The demo company's general requests, at every stage: made by submitting and deciding them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from apps.core.requests.services import PROCESS, submit_request
from engine import instances, tasks
from engine.models import HumanTask, ProcessInstance, TaskState

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does about an hour after the act before. `decision` withdraw is the
    initiator's; others decide the one open task."""

    user: str
    decision: str
    opinion: str = ""
    data: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what became of it; submitted `hours` before the moment given."""

    user: str
    subject: str
    amount: int
    text: str
    hours: int
    acts: tuple[Act, ...] = ()


def _revised(subject: str, amount: int, text: str) -> dict[str, str]:
    return {"subject": subject, "amount": str(amount), "text": text}


SMALLER_BOOTH = _revised("春季医疗器械展展位（标准展位）", 68000, "改为标准展位两个，节省约四成。")
REQUESTS = (
    Request(
        "qiuzhiyuan",
        "华东区域演示用便携超声两台",
        186000,
        "三家医院约定本月试用，现有样机不够周转。",
        30,
        (Act("shanlina", "approve", "试用名单已核对"), Act("zengguoqiang", "approve", "同意")),
    ),
    Request(
        "xiexiaomei",
        "苏州大学附属医院客户答谢会",
        12000,
        "预计二十人，含场地与资料。",
        28,
        (Act("shanlina", "approve"),),
    ),
    Request(
        "ouwenbin",
        "春季医疗器械展展位",
        126000,
        "四个特装展位，含搭建。",
        27,
        (
            Act("shanlina", "return", "预算超出，改用标准展位"),
            Act("ouwenbin", "resubmit", data=SMALLER_BOOTH),
            Act("shanlina", "approve"),
        ),
    ),
    Request(
        "zhamin",
        "售前演示笔记本电脑",
        8900,
        "旧机已用六年。",
        26,
        (Act("zengguoqiang", "reject", "先用库存备机"),),
    ),
    Request(
        "chenhai",
        "外勤工具箱更新",
        4600,
        "三套，含万用表与防静电工具。",
        25,
        (Act("yuchigang", "approve"),),
    ),
    Request(
        "wulei",
        "探头测试夹具",
        15800,
        "维修组用于出厂前检测。",
        24,
        (Act("wulei", "withdraw"), Act("wulei", "abandon")),
    ),
    Request(
        "linjing",
        "年度供应商评审差旅",
        23000,
        "上海、深圳、无锡三地。",
        6,
    ),
    Request(
        "qiuzhiyuan",
        "南京办事处租金续签",
        150000,
        "续签一年，租金与去年持平。",
        5,
        (Act("shanlina", "approve", "价格已比较"),),
    ),
    Request("yuejiayi", "热线组耳机更换", 3200, "八副，旧的有杂音。", 4),
    Request("baixue", "财务凭证柜", 5400, "现有柜子已满。", 4),
    Request(
        "yunxiaoyan",
        "新员工入职培训场地",
        9800,
        "两天，三十人。",
        3,
        (Act("zengguoqiang", "return", "请附两家报价"),),
    ),
    Request("xiexiaomei", "监护仪样机运输保险", 2600, "发往徐州试用。", 2),
    Request("shanlina", "销售部第二季度团队建设", 36000, "两天一夜，三十二人。", 2),
)


@transaction.atomic
def make_requests(*, now: datetime | None = None) -> int:
    """The requests of the demo company, whose people exist; how many were made.

    Dates count back from `now`. Idempotent: where any general request exists, nothing is made."""
    if ProcessInstance.objects.filter(definition__key=PROCESS).exists():
        return 0
    people = dict(get_user_model()._default_manager.values_list("username", "pk"))
    for request in REQUESTS:
        _make(request, people, now or timezone.now())
    return len(REQUESTS)


def _make(request: Request, people: Mapping[str, int], now: datetime) -> None:
    moment = now - request.hours * HOUR
    instance = submit_request(
        user=people[request.user],
        subject=request.subject,
        amount=Decimal(request.amount),
        text=request.text,
        now=moment,
    ).instance
    for act in request.acts:
        moment += HOUR
        _act(instance, act, people[act.user], moment)


def _act(instance: int, act: Act, user: int, moment: datetime) -> None:
    if act.decision == "withdraw":
        instances.withdraw(instance, user=user, now=moment)
        return
    task = HumanTask.objects.get(instance=instance, state__in=(TaskState.READY, TaskState.RESERVED))
    tasks.complete(
        task.pk,
        user=user,
        decision=act.decision,
        opinion=act.opinion,
        data=act.data,
        now=moment,
    )
