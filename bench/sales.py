"""Sales of a large firm: lists, searches, the page of a customer and the funnel over HTTP, for
somebody who sees a department and for the manager who sees everything; a claim and an import."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.accountsets.services import create_account_set, drop_account_set
from apps.core.access.actions import Scope
from apps.core.access.models import DataScope
from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.listing import Listing
from apps.core.kinds.registry import kind_of, kinds
from apps.core.transfer.models import ImportRun, ImportState, Mode
from apps.core.transfer.services import run_import, start_import
from apps.people.models import User
from apps.sales.companies.services import claim_company
from apps.sales.large.seeding import MANAGER, seed
from apps.sales.large.texts import firm
from apps.sales.models import CompanyState, Customer, TargetCompany
from bench.http import Browser, p95, sign_in, web
from bench.report import Figure, median_of, say
from engine.organisation import Role

SCHEMA: Final = "bench_sales"
SCALE: Final = float(os.environ.get("BENCH_SCALE", "1"))
IMPORTED: Final = int(10_000 * min(SCALE, 1))
SELLER: Final = "sales05"  # sells as everybody does, and sees the department here
ROUNDS: Final = 20
CLAIMS: Final = 15
PAGES: Final = 40  # customers whose page is looked at
GOAL: Final = 100
SEARCHED: Final = ("szak", "suzhou", "安康医院", "szrhyy", "138000012", "x", "zz 医院")


@dataclass(frozen=True, slots=True)
class Looks:
    """How a list is looked at, beside as it comes: in other orders, and filtered."""

    orders: Sequence[str]
    filters: Sequence[str]


LISTS: Final[Mapping[str, Looks]] = {
    "sales.targetcompany": Looks(
        ("name", "-last_contact_at", "claimed_at", "state", "region"),
        ("state=unclaimed", "state=claimed", "silent=14"),
    ),
    "sales.lead": Looks(
        ("name", "-budget", "next_contact_on", "owner", "state"),
        ("state=following", "state=invalid", "contact=overdue"),
    ),
    "sales.customer": Looks(
        ("name", "level", "-last_contact_at", "owner", "stage"),
        ("stage=won", "contact=long", "stage=resting"),
    ),
    "sales.contact": Looks(("name", "customer", "mobile", "owner"), ("birthday=7",)),
    "sales.opportunity": Looks(
        ("name", "-amount", "expected_on", "stage"), ("state=open", "overdue=true")
    ),
    "sales.salesactivity": Looks(
        ("subject", "planned_at", "kind", "state"), ("due=today", "due=overdue", "state=planned")
    ),
}


def measure_sales() -> Iterator[Figure]:
    """95th percentiles in milliseconds, of lists those of the slowest one: for somebody who sees a
    department, and for somebody who sees everything, whose goal is the funnel's alone."""
    fill()
    with in_account_set(SCHEMA), web() as port:
        seller, manager = (User.objects.get(username=name) for name in (SELLER, MANAGER))
        for whose, user, goal in (("sales", seller, GOAL), ("sales_all", manager, None)):
            browser, rights = Browser(port, sign_in(user, SCHEMA)), rights_of(user.pk)
            addresses: dict[str, list[str]] = {}
            for name, address in _pages(rights):
                addresses.setdefault(name, []).append(address)
            for name, asked in addresses.items():
                value = _slowest(f"{whose}_{name}", browser, asked)
                yield Figure(f"{whose}_{name}_p95", value, "ms", None, goal)
            times = [browser.get(at) for at in _customers(rights)]
            yield Figure(f"{whose}_customer_p95", p95(times), "ms", None, goal)
            times = [browser.get(reverse("sales:funnel")) for _time in range(ROUNDS)]
            yield Figure(f"{whose}_funnel_p95", p95(times), "ms", None, 200)
        yield Figure("sales_claim", median_of(list(_claims(seller))), "ms", None, 20)
        yield Figure("sales_import_10000", _import(manager), "s", None, 30)
    drop_account_set(account_set=AccountSet.objects.get(schema_name=SCHEMA))


def fill() -> None:
    """A fresh large account set."""
    say("filling the large firm")
    for old in AccountSet.objects.filter(schema_name=SCHEMA):
        drop_account_set(account_set=old)
    create_account_set(schema_name=SCHEMA, name=SCHEMA)
    seed(SCHEMA, scale=SCALE, now=timezone.now(), say=say)
    with in_account_set(SCHEMA):
        DataScope.objects.filter(role=Role.SALES, kind__startswith="sales.").update(
            scope=Scope.DEPARTMENT
        )


def _pages(rights: Rights) -> Iterator[tuple[str, str]]:
    """Lists in all ways that are measured: the way, the address."""
    for key, looks in LISTS.items():
        address = reverse("kinds:list", args=[kinds[key]])
        yield "list_page_1", address
        yield "list_page_20", f"{address}?{urlencode({'cursor': _cursor(key, rights, 20)})}"
        for order in looks.orders:
            yield "list_sorted", f"{address}?sort={order}"
        for asked in (*looks.filters, f"owner={rights.user}"):
            yield "list_filtered", f"{address}?{asked}"
        for text in SEARCHED:
            yield "list_searched", f"{address}?{urlencode({'q': text})}"


def _cursor(key: str, rights: Rights, number: int) -> str:
    """Where page `number` begins."""
    cursor = ""
    for _page in range(number - 1):
        asked = QueryDict(urlencode({"cursor": cursor}))
        following = Listing(kinds[key], rights, asked).page.next
        if not following:
            break
        cursor = following
    return cursor


def _slowest(name: str, browser: Browser, asked: Sequence[str]) -> float:
    """The highest of their 95th percentiles; which it is, and the next ones, are said."""
    for address in asked:
        browser.get(address)  # what is read once is read
    times: dict[str, list[float]] = {}
    for _round in range(ROUNDS):
        for address in asked:
            times.setdefault(address, []).append(browser.get(address))
    found = sorted(((p95(each), address) for address, each in times.items()), reverse=True)
    for value, address in found[:5]:
        say(f"{name}: {value:.0f} ms {address}")
    return found[0][0]


def _customers(rights: Rights) -> list[str]:
    """Pages of customers from all over the list."""
    rows = Customer.objects.visible_to(rights).order_by("name").values_list("pk", flat=True)
    step = max(1, rows.count() // PAGES)
    return [reverse("kinds:page", args=[kind_of(Customer), pk]) for pk in rows[::step][:PAGES]]


def _claims(user: User) -> Iterator[float]:
    """Seconds of each claim."""
    free = TargetCompany.objects.filter(state=CompanyState.UNCLAIMED).order_by("pk")
    for pk in list(free.values_list("pk", flat=True)[:CLAIMS]):
        began = time.perf_counter()
        claim_company(company_id=pk, rights=rights_of(user.pk))
        yield time.perf_counter() - began


def _import(user: User) -> float:
    """Seconds from the upload until all companies are there."""
    rights, kind = rights_of(user.pk), kind_of(TargetCompany)
    file = _workbook()
    began = time.perf_counter()
    run = start_import(kind=kind, name="large.xlsx", file=file, mode=Mode.ALL, rights=rights)
    run_import(run.pk)
    took = time.perf_counter() - began
    done = ImportRun.objects.get(pk=run.pk)
    if done.state != ImportState.DONE:
        raise RuntimeError(f"not imported: {done.errors[:3]}")
    return took


def _workbook() -> io.BytesIO:
    """Companies that aren't there yet, as somebody would type them."""
    book: Any = Workbook()
    book.active.append(["名称", "税号", "联系人", "电话", "地址"])
    for number in range(1_000_000, 1_000_000 + IMPORTED):
        one = firm(number)
        book.active.append([one.name, one.tax_id, "王建国", one.phone, one.address])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file
