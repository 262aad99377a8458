"""Firms that are there already: by tax id, else by phone, else by name.

Each package enters its tables as `sources`; a match may lie in any of them, also outside of the
scope of whoever asks, who is then told no more than its name and its owner."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import pgettext_lazy

from apps.core.kinds.models import Record
from apps.core.phones import e164
from engine.registry import Registry

SEARCHED: Final = ("search_grams", "search_text")
AT_ONCE: Final = 2000
"""Values that one question to the database holds."""

BRACKETED: Final = re.compile(
    r"[((\[【〔]\s*(?:(?:特殊)?普通合伙|有限合伙|合伙企业|个人独资|个体工商户|个体|总部|本部|集团|新|旧"
    r"|(?:原|曾用)名?[^)\]】〕]*|已?(?:注销|停业|停用)|cn|prc)\s*[)\]】〕]\s*$"
)
"""What stands in brackets at the end and tells no two firms apart; a region does."""
LEGAL_FORM: Final = re.compile(
    r"(?:(?:股份|责任|集团)?有限(?:责任|股份)?公司|(?:股份|集团|总|责任)公司|(?<!分)公司|集团|股份"
    r"|(?<![a-z0-9])(?:(?:co|company)\s*ltd|(?:co|company)\s*limited|limited|ltd|inc|incorporated"
    r"|corp|corporation|llc|gmbh))$"
)
MARKS: Final = re.compile(r"[\W_]+")
BRANCH: Final = re.compile(r"(?:(?:股份|责任|集团)?有限(?:责任|股份)?公司)(?=.+分公司$)")


def normal_name(text: str) -> str:
    """A firm's name as it is compared: without width, case, spaces, marks and legal form.

    康泽（苏州）医疗有限公司 → 康泽苏州医疗: the region stays, also in brackets. Never empty where
    `text` holds a letter or a digit; and the normal name of a normal name is itself."""
    found = _stripped(text)
    while (again := _stripped(found)) != found:
        found = again
    return found


def _stripped(text: str) -> str:
    tidy = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
    tidy = MARKS.sub(" ", _shorter(BRACKETED, tidy)).strip()
    shorter = _shorter(LEGAL_FORM, tidy)
    return _shorter(BRANCH, MARKS.sub("", shorter))


def _shorter(pattern: re.Pattern[str], text: str) -> str:
    """The text without what fits, unless nothing would be left."""
    shorter = pattern.sub("", text).strip()
    return shorter if MARKS.sub("", shorter) else text


class Basis(models.TextChoices):
    """What two firms agree in, the strongest first."""

    TAX_ID = "tax_id", pgettext_lazy("duplicate", "Same tax id")
    PHONE = "phone", pgettext_lazy("duplicate", "Same phone")
    NAME = "name", pgettext_lazy("duplicate", "Same name")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm as it was typed; what is empty is not compared."""

    name: str = ""
    phones: tuple[str, ...] = ()
    tax_id: str = ""

    def values(self) -> tuple[tuple[Basis, str], ...]:
        """What is compared, in the order of its weight."""
        return _values(self)


@lru_cache(maxsize=16_384)
def _values(candidate: Candidate) -> tuple[tuple[Basis, str], ...]:
    found = []
    if candidate.tax_id:
        found.append((Basis.TAX_ID, "".join(candidate.tax_id.split()).upper()))
    numbers = dict.fromkeys(filter(None, map(e164, candidate.phones)))
    found += [(Basis.PHONE, number) for number in numbers]
    if name := normal_name(candidate.name):
        found.append((Basis.NAME, name))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Match:
    """A row that agrees with a candidate. `kind` is the key of its kind; `value` what agrees."""

    kind: str
    row: Any = field(repr=False, compare=False)
    basis: Basis
    value: str

    @property
    def pk(self) -> int:
        return int(self.row.pk)

    @property
    def label(self) -> str:
        return str(self.row)

    @property
    def owner(self) -> int:
        return int(self.row.owner_id)

    @property
    def business_key(self) -> str:
        return f"{self.kind}:{self.pk}"


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is looked through: the fields that hold tax ids, phones (E.164) and normal
    names, and the rows that count. `via` is the foreign key to the row that is told instead, as a
    contact's phone tells of its customer; where it is empty (a customer that was merged into none)
    the row itself is."""

    model: type[models.Model]
    tax_ids: Sequence[str] = ()
    phones: Sequence[str] = ()
    names: Sequence[str] = ("name_normal",)
    live: Q = field(default_factory=Q)
    via: str = ""

    def fields(self, basis: Basis) -> Sequence[str]:
        return {Basis.TAX_ID: self.tax_ids, Basis.PHONE: self.phones, Basis.NAME: self.names}[basis]


sources: Registry[Source] = Registry("source of duplicates")
"""Key of a kind → where to look. `sources.add("sales.lead", Source(Lead, …))`"""


def find_matches(
    *,
    name: str = "",
    phones: Sequence[str] = (),
    tax_id: str = "",
    among: Collection[str] = (),
    exclude: Collection[str] = (),
) -> list[Match]:
    """Rows that agree with one firm, the strongest agreement first, each row once.

    `among`: keys of sources (none: all); `exclude`: business keys that are no match."""
    return find_all([Candidate(name, tuple(phones), tax_id)], among=among, exclude=exclude)[0]


def find_all(
    candidates: Sequence[Candidate],
    *,
    among: Collection[str] = (),
    exclude: Collection[str] = (),
) -> list[list[Match]]:
    """The same for many: one question for every `AT_ONCE` values, and one for each source in which
    something is found."""
    wanted = [candidate.values() for candidate in candidates]
    looked = [sources[key] for key in sources if not among or key in among]
    found: dict[tuple[Basis, str], list[Match]] = defaultdict(list)
    for match in _look(looked, {value for each in wanted for value in each}, exclude):
        found[match.basis, match.value].append(match)
    return [list(_strongest(values, found, exclude)) for values in wanted]


def _strongest(
    values: Iterable[tuple[Basis, str]],
    found: dict[tuple[Basis, str], list[Match]],
    exclude: Collection[str],
) -> Iterator[Match]:
    told = set(exclude)
    for value in values:
        for match in found.get(value, ()):
            if match.business_key not in told:
                told.add(match.business_key)
                yield match


def _look(
    looked: Sequence[Source], values: Collection[tuple[Basis, str]], exclude: Collection[str]
) -> Iterator[Match]:
    """What agrees, source by source. What is excluded isn't even read."""
    hits: dict[int, set[tuple[int, Basis, str]]] = defaultdict(set)
    for part in _parts(sorted(values)):
        selects = [
            select for place, each in enumerate(looked) for select in _selects(place, each, part)
        ]
        if selects:
            for place, basis, value, pk in selects[0].union(*selects[1:], all=True):
                if f"{looked[place].model._meta.label_lower}:{pk}" not in exclude:
                    hits[place].add((pk, Basis(basis), value))
    for place in sorted(hits):
        rows = _rows(looked[place], {pk for pk, _basis, _value in hits[place]})
        for pk, basis, value in sorted(hits[place]):
            if told := rows.get(pk):
                yield Match(told._meta.label_lower, told, basis, value)


def _parts(values: Sequence[tuple[Basis, str]]) -> Iterator[Mapping[Basis, list[str]]]:
    for start in range(0, len(values), AT_ONCE):
        part: dict[Basis, list[str]] = defaultdict(list)
        for basis, value in values[start : start + AT_ONCE]:
            part[basis].append(value)
        yield part


def _selects(
    place: int, source: Source, wanted: Mapping[Basis, Sequence[str]]
) -> Iterator[models.QuerySet[Any, Any]]:
    """A question for each field that is compared: the source's place, the basis, what agrees, and
    the row's key."""
    for basis, values in wanted.items():
        for name in source.fields(basis):
            rows = source.model._default_manager.filter(source.live, **{f"{name}__in": values})
            yield rows.order_by().values_list(
                Value(place), Value(basis.value), F(name), F("pk"), named=False
            )


def _rows(source: Source, pks: Collection[int]) -> dict[int, Any]:
    """By key of the source's row, the row that is told."""
    rows = source.model._default_manager.filter(pk__in=pks)
    searched = list(SEARCHED) if issubclass(source.model, Record) else []
    if source.via:
        searched += [f"{source.via}__{name}" for name in SEARCHED]
        rows = rows.select_related(source.via)
    found = {row.pk: row for row in rows.defer(*searched)}
    return {
        pk: (getattr(row, source.via) if source.via else None) or row for pk, row in found.items()
    }
