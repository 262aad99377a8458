"""The tables of the funnel as a spreadsheet, a sheet each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.transfer.spreadsheets import WIDTH, Sheet, new_book, save_book
from apps.sales.opportunities.funnel import Funnel, Share
from apps.sales.opportunities.selecting import KEY, Selection

Heading = tuple[str, str]
"""The label of a column, and its style."""


def export_funnel(funnel: Funnel, selection: Selection) -> IO[bytes]:
    """An open temporary file with what the page of the funnel says in tables."""
    book = new_book()
    for title, headings, rows in (
        (_("By stage"), _of_stages(), _stages(funnel)),
        (_("By person"), _of_shares(_("Owner")), _shares(funnel.by_person())),
        (_("By department"), _of_shares(_("Department")), _shares(funnel.by_department())),
        (_("Why opportunities were lost"), _of_reasons(), _reasons(funnel)),
    ):
        sheet = Sheet(book, title, [WIDTH] * len(headings), freeze="A2")
        sheet.heading(label for label, _style in headings)
        styles = [style for _label, style in headings]
        for row in rows:
            sheet.row(row, styles)
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    save_book(book, file)
    record(
        Event.EXPORTED,
        by=selection.rights.user,
        label=_("Funnel"),
        after={"kind": KEY, "query": selection.query.urlencode()},
    )
    return file


def _sums() -> list[Heading]:
    return [
        (pgettext("opportunities", "Open"), "number"),
        (_("Amount"), "money"),
        (_("Weighted amount"), "money"),
    ]


def _of_stages() -> list[Heading]:
    rate = capfirst(_("win rate (%)"))
    days = [(_("Days: average"), "number"), (_("Days: median"), "number")]
    passed = [(_("Reached"), "number"), (_("Went on (%)"), "number")]
    return [(_("Stage"), "text"), (rate, "number"), *_sums(), *passed, *days]


def _stages(funnel: Funnel) -> Iterable[Sequence[Any]]:
    for step in funnel.steps:
        sums, stay = step.open, step.stay
        figures = sums.count, sums.amount, sums.weighted, step.reached.count, step.conversion
        yield str(step.stage), step.stage.win_rate, *figures, stay.average, stay.median


def _of_shares(what: str) -> list[Heading]:
    won = [(pgettext("opportunities", "Won"), "number"), (_("Amount won"), "money")]
    rest = [(pgettext("opportunities", "Lost"), "number"), (capfirst(_("win rate (%)")), "number")]
    return [(what, "text"), *_sums(), *won, *rest]


def _shares(shares: Iterable[Share]) -> Iterable[Sequence[Any]]:
    for one in shares:
        sums, won = one.open, one.won
        figures = sums.count, sums.amount, sums.weighted, won.count, won.amount, one.lost.count
        yield one.name, *figures, one.win_rate


def _of_reasons() -> list[Heading]:
    lost = pgettext("opportunities", "Lost")
    return [(_("Reason"), "text"), (lost, "number"), (_("Amount"), "money")]


def _reasons(funnel: Funnel) -> Iterable[Sequence[Any]]:
    return ((one.name, one.lost.count, one.lost.amount) for one in funnel.loss_reasons())
