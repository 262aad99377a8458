"""The figures of the funnel, of any set of opportunities: a few questions to the database, however
many there are. Each figure is what the list with the filters beside it counts and sums up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum

from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Department
from apps.sales.opportunities.models import (
    Opportunity,
    OpportunityStage,
    OpportunityState,
    StageChange,
)
from engine.database import execute

TENTH: Final = Decimal("0.1")
ZERO, HUNDRED = Decimal(0), Decimal(100)
CHANCES: Final = DecimalField(max_digits=20, decimal_places=4)
BY_STAGE: Final = ("state", "stage", "furthest", "loss_reason")
BY_OWNER: Final = ("state", "owner", "department")
ADDED_UP: Final = """
WITH groups AS MATERIALIZED ({groups})
SELECT GROUPING(g.stage), g.state, g.stage, g.furthest, g.loss_reason, g.owner, g.department,
    sum(g.number)::bigint, sum(g.money),
    sum((g.money - g.known_better) * s.win_rate + g.chances)
FROM groups g JOIN sales_opportunitystage s ON s.id = g.stage
GROUP BY GROUPING SETS ((g.state, g.stage, g.furthest, g.loss_reason),
    (g.state, g.owner, g.department))
"""
OPEN, WON, LOST = OpportunityState.OPEN, OpportunityState.WON, OpportunityState.LOST


@dataclass(frozen=True, slots=True)
class Sums:
    """How many opportunities, what they come to, and that times their win rates."""

    count: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.count + other.count, self.amount + other.amount, self.weighted + other.weighted
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """How many days stays in a stage lasted that have ended; None where none has."""

    count: int
    average: Decimal | None
    median: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the funnel.

    `open` stands in it now; `reached` has come as far or further, what is won all the way;
    `conversion` is the percentage of those that went on to the next stage (from the last one: that
    were won); `stay` how long it took them."""

    stage: OpportunityStage
    open: Sums
    reached: Sums
    conversion: Decimal | None
    stay: Stay


@dataclass(frozen=True, slots=True)
class Share:
    """What belongs to one person, department or reason; `key` is what the list filters by."""

    key: int | None
    name: str
    open: Sums
    won: Sums
    lost: Sums

    @property
    def win_rate(self) -> Decimal | None:
        return percent(self.won.count, self.won.count + self.lost.count)


Group = tuple[Any, ...]
"""The values that some opportunities have in common."""


def percent(part: int, whole: int) -> Decimal | None:
    """To one place; None of nothing."""
    return (Decimal(part * 100) / whole).quantize(TENTH) if whole else None


class Funnel:
    """The funnel of these rows."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows = rows.order_by()
        self.stages = list(OpportunityStage.objects.all())

    # --- what is asked of the database ------------------------------------------------------------
    @cached_property
    def _sums(self) -> tuple[Mapping[Group, Sums], Mapping[Group, Sums]]:
        """Sums by `BY_STAGE` and by `BY_OWNER`. The rows are gone through once, into groups that
        have all of these in common, and the groups are added up in both ways. What rows are
        weighted by is left for the end: of most it is their stage's rate."""
        fields = tuple(dict.fromkeys((*BY_STAGE, *BY_OWNER)))
        groups = self.rows.values(*fields).annotate(
            number=Count("pk"),
            money=Sum("amount"),
            known_better=Sum("amount", filter=Q(win_rate__isnull=False), default=ZERO),
            chances=Sum(F("amount") * F("win_rate"), output_field=CHANCES, default=ZERO),
        )
        by_stage: dict[Group, Sums] = {}
        by_owner: dict[Group, Sums] = {}
        try:
            asked, parameters = groups.query.sql_with_params()
        except EmptyResultSet:
            return by_stage, by_owner
        for row in execute(ADDED_UP.format(groups=asked), parameters):
            of_owner, state, *rest, number, money, chances = row
            sums = Sums(number, money, chances / HUNDRED)
            if of_owner:
                by_owner[state, *rest[3:]] = sums
            else:
                by_stage[state, *rest[:3]] = sums
        return by_stage, by_owner

    @property
    def _by_stage(self) -> Iterable[tuple[Group, Sums]]:
        return self._sums[0].items()

    @property
    def _by_owner(self) -> Iterable[tuple[Group, Sums]]:
        return self._sums[1].items()

    @cached_property
    def _stays(self) -> Mapping[int, Counter[int]]:
        """Of each stage: how many stays lasted how many days."""
        changes = StageChange.objects.filter(from_stage__isnull=False)
        asked_for = sum(sums.count for _group, sums in self._by_stage)
        if asked_for < Opportunity.objects.count():  # of all, none needs to be looked up
            changes = changes.filter(opportunity__in=self.rows.values("pk"))
        found: dict[int, Counter[int]] = defaultdict(Counter)
        counted = changes.order_by().values("from_stage", "days").annotate(number=Count("*"))
        for stage, days, number in counted.values_list("from_stage", "days", "number"):
            found[stage][days] = number
        return found

    # --- the figures ------------------------------------------------------------------------------
    def total(self, state: str) -> Sums:
        """Of all in a state."""
        return _sum(sums for (own, *_rest), sums in self._by_stage if own == state)

    @property
    def win_rate(self) -> Decimal | None:
        """Of what was closed, in percent."""
        won, lost = self.total(WON).count, self.total(LOST).count
        return percent(won, won + lost)

    @cached_property
    def steps(self) -> list[Step]:
        """All stages in use, and the others where something stands or stood."""
        shown = [stage for stage in self.stages if stage.active or self._is_used(stage)]
        reached = [self._reached(stage) for stage in shown]
        then = [sums.count for sums in reached[1:]] + [self.total(WON).count]
        return [
            Step(
                stage,
                self._open(stage),
                here,
                percent(next_count, here.count),
                stay_of(self._stays.get(stage.pk, Counter())),
            )
            for stage, here, next_count in zip(shown, reached, then, strict=True)
        ]

    def _is_used(self, stage: OpportunityStage) -> bool:
        return any(stage.pk in (here, far) for (_state, here, far, _why), _sums in self._by_stage)

    def _open(self, stage: OpportunityStage) -> Sums:
        return _sum(
            sums
            for (state, here, _far, _why), sums in self._by_stage
            if state == OPEN and here == stage.pk
        )

    def _reached(self, stage: OpportunityStage) -> Sums:
        beyond = {one.pk for one in self.stages if one.place >= stage.place}
        return _sum(
            sums
            for (state, _here, far, _why), sums in self._by_stage
            if state == WON or far in beyond
        )

    def by_person(self) -> list[Share]:
        """Of each owner, the most expected first."""
        names = get_user_model()._default_manager.in_bulk(
            {own for (_s, own, _d), _x in self._by_owner}
        )
        return _shares(
            (((own, str(names[own])), state, sums) for (state, own, _d), sums in self._by_owner)
        )

    def by_department(self) -> list[Share]:
        """Of each department, without those below it."""
        names = Department.objects.in_bulk({of for (_s, _o, of), _x in self._by_owner})
        return _shares(
            (((of, names[of].name), state, sums) for (state, _o, of), sums in self._by_owner)
        )

    def loss_reasons(self) -> list[Share]:
        """Why opportunities were lost, the most money first."""
        lost = [(why, sums) for (state, _h, _f, why), sums in self._by_stage if state == LOST]
        names = DictionaryEntry.objects.in_bulk({why for why, _sums in lost})
        return sorted(
            _shares(((why, names[why].name), LOST, sums) for why, sums in lost),
            key=lambda share: -share.lost.amount,
        )


def _sum(found: Iterable[Sums]) -> Sums:
    return sum(found, Sums())


def _shares(found: Iterable[tuple[tuple[int, str], str, Sums]]) -> list[Share]:
    of: dict[tuple[int, str], dict[str, Sums]] = defaultdict(lambda: defaultdict(Sums))
    for who, state, sums in found:
        of[who][state] += sums
    shares = [
        Share(key, name, states[OPEN], states[WON], states[LOST])
        for (key, name), states in of.items()
    ]
    return sorted(shares, key=lambda share: (-share.open.amount, -share.won.amount, share.name))


def stay_of(days: Counter[int]) -> Stay:
    """Average and median of stays, from how many lasted how many days."""
    count = days.total()
    if not count:
        return Stay(0, None, None)
    average = Decimal(sum(day * number for day, number in days.items())) / count
    middle = Decimal(_at(days, (count - 1) // 2) + _at(days, count // 2)) / 2
    return Stay(count, average.quantize(TENTH), middle.quantize(TENTH))


def _at(days: Counter[int], index: int) -> int:
    """The stay at that place, counted from 0, in the order of their lengths."""
    for day in sorted(days):
        index -= days[day]
        if index < 0:
            return day
    raise IndexError
