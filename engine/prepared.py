"""Querysets that are put into words once. Where a page asks the same question at every request, the
ORM takes longer to write it down than the database to answer; and what is always the same text is
planned once a connection, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from psycopg.types.json import Jsonb

from engine.database import execute

Made = TypeVar("Made", bound=Model)

_SLOTS: Final = tuple(-(10**15) - number for number in range(8))
"""Stand for the parameters while a question is put into words; no key is one of these."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """`given`: the parameters as they stand in the statement, those of the caller as slots."""

    statement: str
    given: tuple[Any, ...]
    compiler: Any


class Prepared(Generic[Made]):
    """A question whose parameters are whole numbers:

        TASKS_OF = Prepared(lambda instance: HumanTask.objects.filter(instance=instance))
        tasks = TASKS_OF(17)

    It is written down when it is first asked, so it may not depend on anything else: neither on who
    asks nor on the language. What the queryset reads along by the same statement comes along:
    `select_related`, annotations, deferred fields."""

    def __init__(self, ask: Callable[..., QuerySet[Made, Any]]) -> None:
        self._ask = ask
        self._wording: _Wording | None = None

    def __call__(self, *values: int) -> list[Made]:
        """All rows of the answer."""
        wording = self._wording
        if wording is None:
            wording = self._wording = self._put_into_words(len(values))
        slots = dict(zip(_SLOTS, values, strict=False))
        given = [_filled(each, slots) for each in wording.given]
        return list(_made(wording.compiler, execute(wording.statement, given, documents=False)))

    def first(self, *values: int) -> Made | None:
        """The first row; None where there is none."""
        return next(iter(self(*values)), None)

    def _put_into_words(self, number: int) -> _Wording:
        rows: Any = self._ask(*_SLOTS[:number])
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        statement, given = compiler.as_sql()
        for slot in _SLOTS[:number]:
            if not any(_filled(each, {slot: 0}) is not each for each in given):
                raise TypeError("the question leaves one of its parameters out")
        return _Wording(statement, tuple(given), compiler)


def _filled(given: Any, slots: Mapping[int, int]) -> Any:
    """A parameter of the statement, with what belongs in its slot: a number, or one in JSON."""
    if isinstance(given, int):  # also as psycopg's types for numbers of some size
        return type(given)(slots[given]) if given in slots else given
    if isinstance(given, Jsonb) and isinstance(given.obj, int) and given.obj in slots:
        return Jsonb(slots[given.obj], given.dumps)
    return given


def _made(compiler: Any, rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """Objects of the rows, as the ORM's own iteration makes them."""
    populators: Any = get_related_populators
    select, told = compiler.select, compiler.klass_info
    own = slice(told["select_fields"][0], told["select_fields"][-1] + 1)
    names = [column.target.attname for column, _sql, _alias in select[own]]
    related = populators(told, select, DEFAULT_DB_ALIAS)
    converters = compiler.get_converters([column for column, _sql, _alias in select])
    if converters:
        rows = [tuple(row) for row in compiler.apply_converters(rows, converters)]
    for row in rows:
        made = told["model"].from_db(DEFAULT_DB_ALIAS, names, row[own])
        for populator in related:
            populator.populate(row, made)
        for name, column in (compiler.annotation_col_map or {}).items():
            setattr(made, name, row[column])
        yield made
