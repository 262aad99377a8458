"""The board: open opportunities in the columns of their stages, moved by dragging, by keys, or by
the buttons of a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import Rights, rights_of
from apps.core.api.problems import detail_of
from apps.core.inbox.views import status_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import day
from apps.core.kinds.registry import kind_of
from apps.core.shell.toasts import say
from apps.sales.opportunities.models import Opportunity, OpportunityStage, OpportunityState
from apps.sales.opportunities.next_steps import NextStep, next_steps
from apps.sales.opportunities.selecting import KEY, Selection
from apps.sales.opportunities.services import CLOSE, move_opportunity
from engine.exceptions import EngineError

SHOWN: Final = 20
"""Cards of a column, and of each further portion of it."""
MOST: Final = 1000  # cards of a column that can be paged through
CHIPS: Final = ("owner", "under", "customer", "source", "expected_on", "amount", "overdue")
WITHOUT: Final = (
    "state",
    "stage",
    "closed_at_after",
    "closed_at_before",
    "win_reason",
    "loss_reason",
)
ORDER: Final = ("expected_on", "-amount", "pk")
QUERY_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True)
class Card:
    """An opportunity as the board shows it."""

    row: Opportunity
    url: str
    amount: str
    expected: str
    overdue: bool
    days: int
    step: NextStep | None
    step_late: bool
    targets: Sequence[OpportunityStage]
    movable: bool
    closable: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """How many opportunities stand in a stage, and what they come to."""

    count: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.count + other.count, self.amount + other.amount, self.weighted + other.weighted
        )

    @property
    def money(self) -> str:
        return yuan(self.amount)

    @property
    def weighted_money(self) -> str:
        return yuan(self.weighted)


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its first cards; `more`: where the next ones are."""

    stage: OpportunityStage
    totals: Totals
    cards: Sequence[Card]
    url: str
    more: str


def yuan(amount: Decimal) -> str:
    """`¥1,234`: whole yuan, where room is short."""
    return f"¥{amount:,.0f}"


class Board:
    """The board of one person."""

    def __init__(self, rights: Rights, query: QueryDict) -> None:
        self.rights = rights
        self.selection = Selection(rights, query, page="sales:board", chips=CHIPS, without=WITHOUT)
        self.stages = list(OpportunityStage.objects.all())
        self.targets = [stage for stage in self.stages if stage.active]
        self.movable = rights.may(KEY, Action.CHANGE)
        self.closable = rights.may(KEY, CLOSE)

    @property
    def rows(self) -> QuerySet[Any]:
        return self.selection.rows.filter(state=OpportunityState.OPEN)

    def totals(self) -> dict[int, Totals]:
        """Of each stage in which something stands."""
        asked = {"count": Count("pk"), "amount": Sum("amount"), "sum": Sum("weighted_amount")}
        found = self.rows.weighted().values("stage").annotate(**asked)
        return {
            row["stage"]: Totals(row["count"], row["amount"], row["sum"].quantize(Decimal("0.01")))
            for row in found
        }

    def columns(self) -> list[Column]:
        """All stages in use, and those others in which something still stands."""
        totals = self.totals()
        return [
            self.column(stage, totals.get(stage.pk, Totals()))
            for stage in self.stages
            if stage.active or stage.pk in totals
        ]

    def column(self, stage: OpportunityStage, totals: Totals, start: int = 0) -> Column:
        """A column from its card number `start` on."""
        rows = list(self._in_order(stage)[start : start + SHOWN]) if totals.count > start else []
        then = start + SHOWN
        query = self.selection.changed(start=then)
        return Column(
            stage=stage,
            totals=totals,
            cards=self.cards(rows),
            url=self.selection.rows_url(state=OpportunityState.OPEN, stage=stage.pk),
            more=f"{self.selection.page}{stage.pk}/?{query}" if totals.count > then else "",
        )

    def _in_order(self, stage: OpportunityStage) -> QuerySet[Any]:
        rows = self.rows.filter(stage=stage).reading("customer", "owner", "stage")
        return rows.order_by(*ORDER)

    def cards(self, rows: Sequence[Opportunity]) -> list[Card]:
        """Opportunities as cards."""
        now, today = timezone.now(), timezone.localdate()
        steps = next_steps([row.pk for row in rows]) if rows else {}
        return [
            Card(
                row=row,
                url=url_of(kind_of(Opportunity), "page", row.pk),
                amount=yuan(row.amount),
                expected=day(row.expected_on),
                overdue=row.is_overdue(today),
                days=row.days_in_stage_at(now),
                step=steps.get(row.pk),
                step_late=row.pk in steps and steps[row.pk].at < now,
                targets=[stage for stage in self.targets if stage.pk != row.stage_id],
                movable=self.movable,
                closable=self.closable,
            )
            for row in rows
        ]

    def card(self, pk: int) -> Card | None:
        """One card as it is now; None where it isn't on this person's board any more."""
        open_rows = kind_of(Opportunity).queryset(self.rights).filter(state=OpportunityState.OPEN)
        return next(iter(self.cards(list(open_rows.filter(pk=pk)))), None)


def _rights(request: HttpRequest) -> Rights:
    return rights_of(int(request.user.pk or 0))


@require_safe
@requires(KEY, Action.VIEW)
def show_board(request: HttpRequest) -> HttpResponse:
    """The whole board."""
    board = Board(_rights(request), request.GET)
    columns = board.columns()
    context = {
        "place": _("Opportunities"),
        "kind": kind_of(Opportunity),
        "selection": board.selection,
        "columns": columns,
        "totals": sum((column.totals for column in columns), Totals()),
        "may_add": board.rights.may(KEY, Action.ADD),
        "movable": board.movable,
        "closable": board.closable,
        "query": board.selection.query.urlencode(),
    }
    return render(request, "sales/opportunity/board.html", context)


@require_safe
@requires(KEY, Action.VIEW)
def show_more(request: HttpRequest, pk: int) -> HttpResponse:
    """Further cards of a column."""
    stage = get_object_or_404(OpportunityStage, pk=pk)
    given = request.GET.get("start", "")
    start = int(given) if given.isdecimal() and len(given) < 5 else 0
    if start > MOST:
        raise Http404
    query = request.GET.copy()
    query.pop("start", None)
    board = Board(_rights(request), query)
    column = board.column(stage, board.totals().get(pk, Totals()), start)
    context = {
        "column": column,
        "query": board.selection.query.urlencode(),
        "selection": board.selection,
        "place": stage.name,
    }
    part = request.htmx  # type: ignore[attr-defined]
    template = "_cards" if part else "column"
    return render(request, f"sales/opportunity/{template}.html", context)


@require_POST
@requires(KEY, Action.CHANGE)
def move_card(request: HttpRequest) -> HttpResponse:
    """Move an opportunity to another stage; as JSON for a board that is alive: the card as it is
    now, in which stage, and the totals of all columns."""
    numbers = [_number(request.POST.get(name, "")) for name in ("opportunity", "stage", "version")]
    if None in numbers:
        return HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    opportunity, stage, version = (number or 0 for number in numbers)
    query = QueryDict(request.POST.get("query", "")[:QUERY_LENGTH])
    board = Board(_rights(request), query)
    problem, status = "", int(HTTPStatus.OK)
    try:
        move_opportunity(
            opportunity=opportunity, stage=stage, rights=board.rights, seen_version=version
        )
    except EngineError as error:
        problem, status = detail_of(error), status_of(error)
    if request.accepts("text/html"):
        say(request, problem or _("Moved"), level=messages.ERROR if problem else messages.SUCCESS)
        return HttpResponseRedirect(board.selection.address())
    return JsonResponse({"problem": problem, **_now(request, board, opportunity)}, status=status)


def _now(request: HttpRequest, board: Board, pk: int) -> dict[str, Any]:
    """The card as it is now, and the totals."""
    card, totals = board.card(pk), board.totals()
    context = {"card": card, "query": board.selection.query.urlencode()}
    html = render_to_string("sales/opportunity/_card.html", context, request) if card else ""
    return {
        "html": html,
        "stage": card.row.stage_id if card else None,
        "columns": {
            stage.pk: {
                "count": totals.get(stage.pk, Totals()).count,
                "money": totals.get(stage.pk, Totals()).money,
            }
            for stage in board.stages
        },
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
