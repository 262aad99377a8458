"""The people of the demo company, which sells and maintains medical devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.people import services
from apps.people.models import Department, Employee, Substitute, User
from engine.organisation import Role

COMPANY = "苏州康泽医疗设备有限公司"
DEMO_PASSWORD = "Lingdang-2026"  # noqa: S105  (shown at the start of the demo, refused elsewhere)
HIRED_ON = date(2021, 3, 1)
ABSENCE = timedelta(days=3)  # from the Monday of next week

DEPARTMENTS = (  # name, part of
    ("总经办", ""),
    ("销售部", "总经办"),
    ("华东组", "销售部"),
    ("华南组", "销售部"),
    ("售前技术部", "总经办"),
    ("服务部", "总经办"),
    ("热线组", "服务部"),
    ("外勤组", "服务部"),
    ("维修组", "服务部"),
    ("采购仓储部", "总经办"),
    ("财务部", "总经办"),
    ("人事行政部", "总经办"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff. `roles` are held everywhere; `heads` names the departments headed."""

    username: str
    name: str
    position: str
    department: str
    roles: tuple[Role, ...] = ()
    heads: tuple[str, ...] = ()


STAFF = (
    Person("zengguoqiang", "曾国强", "总经理", "总经办", (Role.GENERAL_MANAGER,), ("总经办",)),
    Person(
        "shanlina",
        "单丽娜",
        "销售经理",
        "销售部",
        (Role.SALES_MANAGER, Role.REVIEWER),
        ("销售部",),
    ),
    Person("qiuzhiyuan", "仇志远", "销售代表", "华东组", (Role.SALES,)),
    Person("xiexiaomei", "解晓梅", "销售代表", "华东组", (Role.SALES,)),
    Person("ouwenbin", "区文斌", "销售代表", "华南组", (Role.SALES,)),
    Person("zhamin", "查敏", "售前工程师", "售前技术部", (Role.PRESALES,)),
    Person("yuchigang", "尉迟刚", "服务经理", "服务部", (Role.SERVICE_MANAGER,), ("服务部",)),
    Person("yuejiayi", "乐嘉怡", "客服", "热线组", (Role.HOTLINE,)),
    Person("chenhai", "陈海", "服务工程师", "外勤组", (Role.ENGINEER, Role.REPRESENTATIVE)),
    Person("wulei", "吴磊", "服务工程师", "维修组", (Role.ENGINEER, Role.REPRESENTATIVE)),
    Person("zhoumin", "周敏", "财务经理", "财务部", (Role.FINANCE,), ("财务部",)),
    Person("baixue", "柏雪", "出纳", "财务部", (Role.CASHIER,)),
    Person(
        "linjing", "林静", "采购经理", "采购仓储部", (Role.PURCHASING_MANAGER,), ("采购仓储部",)
    ),
    Person("qinyong", "覃勇", "仓库管理员", "采购仓储部", (Role.WAREHOUSE,)),
    Person("yunxiaoyan", "员晓燕", "人事专员", "人事行政部", (Role.HR,)),
    Person(
        "admin",
        "系统管理员",
        "系统管理员",
        "人事行政部",
        (Role.ADMINISTRATOR, Role.PROCESS_ADMIN),
    ),
)
ABSENT, STANDS_IN = "zengguoqiang", "shanlina"


@transaction.atomic
def make_people(*, now: datetime | None = None) -> dict[str, User]:
    """The demo company's people in the current account set, by user name. Idempotent.

    What exists is left as it is, also where somebody has changed it. 曾国强 is away on three days
    of the week after `now` (default: this moment), and 单丽娜 stands in.
    """
    departments = _make_departments()
    employees = {person.username: _make_employee(person, departments) for person in STAFF}
    principal = employees[ABSENT]
    if not Substitute.objects.filter(principal=principal).exists():
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        starts_at = today + timedelta(days=7 - today.weekday())
        services.appoint_substitute(
            principal=principal,
            substitute=employees[STANDS_IN],
            starts_at=starts_at,
            ends_at=starts_at + ABSENCE,
        )
    return {username: employee.user for username, employee in employees.items()}


def _make_departments() -> dict[str, Department]:
    departments: dict[str, Department] = {}
    for position, (name, parent) in enumerate(DEPARTMENTS):
        departments[name] = Department.objects.filter(
            name=name
        ).first() or services.create_department(
            name=name, parent=departments.get(parent), position=position
        )
    return departments


def _make_employee(person: Person, departments: dict[str, Department]) -> Employee:
    existing = Employee.objects.select_related("user").filter(user__username=person.username)
    employee = existing.first()
    if employee is not None:
        return employee
    employee = services.create_employee(
        username=person.username,
        display_name=person.name,
        department=departments[person.department],
        password=DEMO_PASSWORD,
        email=f"{person.username}@kangze.example",
        position=person.position,
        hired_on=HIRED_ON,
    )
    for role in person.roles:
        services.grant_role(role=role, employee=employee)
    for department in person.heads:
        services.name_head(department=departments[department], head=employee)
    return employee
