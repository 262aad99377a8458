"""The page of the funnel: chart and tables side by side, every figure leading to its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.kinds.registry import kind_of
from apps.core.transfer.views import spreadsheet
from apps.sales.opportunities.funnel import LOST, OPEN, WON, Funnel, Share, Step, Sums
from apps.sales.opportunities.funnel_export import export_funnel
from apps.sales.opportunities.models import Opportunity
from apps.sales.opportunities.selecting import KEY, Selection

CHIPS: Final = (
    "owner",
    "under",
    "customer",
    "source",
    "expected_on",
    "created_at",
    "closed_at",
    "amount",
)
WITHOUT: Final = ("state", "stage", "reached", "left")


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum, and the list of what it is made of."""

    sums: Sums
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A step as the page shows it."""

    step: Step
    open: Figure
    reached: Figure
    left_url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A share as the page shows it."""

    share: Share
    open: Figure
    won: Figure
    lost: Figure


def _rows(funnel: Funnel, selection: Selection) -> Iterator[Row]:
    for step in funnel.steps:
        stage = step.stage.pk
        yield Row(
            step,
            Figure(step.open, selection.rows_url(state=OPEN, stage=stage)),
            Figure(step.reached, selection.rows_url(reached=stage)),
            selection.rows_url(left=stage),
        )


def _lines(shares: Iterable[Share], field: str, selection: Selection) -> Iterator[Line]:
    for share in shares:
        of = {f"{field}-text": None, field: share.key}
        yield Line(
            share,
            *(
                Figure(sums, selection.rows_url(state=state, **of))
                for sums, state in ((share.open, OPEN), (share.won, WON), (share.lost, LOST))
            ),
        )


def _chart(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What the chart draws of each stage: numbers, and how people write them."""
    return [
        {
            "stage": row.step.stage.name,
            "values": {
                "reached": row.reached.sums.count,
                "count": row.open.sums.count,
                "amount": float(row.open.sums.amount),
                "weighted": float(row.open.sums.weighted),
            },
            "texts": {
                "reached": str(row.reached.sums.count),
                "count": str(row.open.sums.count),
                "amount": short_money(row.open.sums.amount),
                "weighted": short_money(row.open.sums.weighted),
            },
            "conversion": "" if row.step.conversion is None else f"{row.step.conversion:f}%",
            "urls": {"reached": row.reached.url, "open": row.open.url},
        }
        for row in rows
    ]


def short_money(amount: Decimal) -> str:
    """An amount where room is short: in 万元, or in thousands for those who read English."""
    unit = int(pgettext("how many yuan the unit of short amounts is", "1000"))
    if amount < unit:
        return f"¥{amount:,.0f}"
    short = f"{amount / unit:,.1f}"
    return pgettext("an amount in the unit of short amounts", "¥%(amount)sk") % {"amount": short}


def _selection(request: HttpRequest) -> Selection:
    rights = rights_of(int(request.user.pk or 0))
    return Selection(rights, request.GET, page="sales:funnel", chips=CHIPS, without=WITHOUT)


@require_safe
@requires(KEY, Action.EXPORT)
def save_funnel(request: HttpRequest) -> HttpResponseBase:
    """Its tables as a spreadsheet."""
    selection = _selection(request)
    file = export_funnel(Funnel(selection.rows), selection)
    return spreadsheet(file, f"{_('Funnel')} {timezone.localdate():%Y-%m-%d}")


@require_safe
@requires(KEY, Action.VIEW)
def show_funnel(request: HttpRequest) -> HttpResponse:
    """The funnel of what somebody sees."""
    selection = _selection(request)
    funnel = Funnel(selection.rows)
    rows = list(_rows(funnel, selection))
    context = {
        "place": _("Funnel"),
        "kind": kind_of(Opportunity),
        "selection": selection,
        "may_export": selection.rights.may(KEY, Action.EXPORT),
        "rows": rows,
        "chart": _chart(rows),
        "states": {
            state.value: Figure(funnel.total(state), selection.rows_url(state=state))
            for state in (OPEN, WON, LOST)
        },
        "win_rate": funnel.win_rate,
        "people": list(_lines(funnel.by_person(), "owner", selection)),
        "departments": list(_lines(funnel.by_department(), "department", selection)),
        "reasons": list(_lines(funnel.loss_reasons(), "loss_reason", selection)),
    }
    return render(request, "sales/opportunity/funnel.html", context)
