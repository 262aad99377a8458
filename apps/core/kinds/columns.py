"""What is shown of a record: columns of lists, fields of pages, cells of lines.

A name is a field of the model, a property of it, or a path over foreign keys
(`customer__level`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, reduce
from typing import Any, Final, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.inbox import wording
from apps.core.kinds.addresses import url_of
from apps.core.kinds.choices import Coloured
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import ApprovalState, Document, has_order_index
from apps.core.kinds.parts import Text
from apps.core.kinds.registry import kinds
from apps.core.kinds.versions import Amendable, Amendment

MONEY_PLACES: Final = (2, 4)
MONEY_DIGITS: Final = 12
"""A decimal is money if it has 2 places, or 4 (a price), and room for this many digits before
them; other decimals are rates and quantities."""
E164: Final = "_e164"
"""What stands beside a phone number as it was typed: the number that is called."""
NAMES: Final = ("pinyin", "number", "name", "display_name", "code", "title")
"""Fields by which rows of another table are put in order, the first that it has."""

Getter = TypeVar("Getter", bound=Callable[..., Any])


def described(label: Text, style: str = "text") -> Callable[[Getter], Getter]:
    """Decorator below `@property`: how the property is called, and shown (`money`, `date`, …)."""

    def describe(getter: Getter) -> Getter:
        getter.short_description, getter.style = label, style  # type: ignore[attr-defined]
        return getter

    return describe


class UnknownColumn(Exception):
    """A name that is neither a field nor a property."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as people read it. `href`: where it leads; `colour`: of a badge."""

    text: str
    href: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A name of a kind, resolved. `style`: text, long, money, number, figure (a number in words),
    date, moment, flag, state, phone, email, record (of another table)."""

    name: str
    label: str
    style: str
    field: models.Field[Any, Any] | None
    sort: str  # the path to order by; "" where it can't be ordered
    colours: Mapping[str, str]  # of the values of a state

    @property
    def numeric(self) -> bool:
        """Whether it stands at the right."""
        return self.style in ("money", "number", "figure", "date", "moment")

    def cell(self, row: Any) -> Cell:
        value = value_of(row, self.name)
        if self.style == "state":
            text = text_of(value, self.style, self.field)
            return Cell(text, colour=self.colours.get(value, "secondary") if text else "")
        text = text_of(value, self.style, self.field)
        if self.style == "record" and value is not None:
            return Cell(text, href=_href(value))
        if self.style == "phone":
            number = value_of(row, f"{self.name}{E164}")
            return Cell(text, href=f"tel:{number}" if number else "")
        return Cell(text, href=f"mailto:{text}" if self.style == "email" and text else "")


def resolve(model: type[models.Model], name: str) -> Column:
    """The column of that name; raises UnknownColumn."""
    return _resolved(model, name, get_language() or "")


@cache
def _resolved(model: type[models.Model], name: str, language: str) -> Column:
    """Labels are read in the language of whoever asks, so each language has its own."""
    *path, last = name.split("__")
    owner = model
    for part in path:
        field = _field(owner, part)
        if field is None or not isinstance(field.related_model, type):
            raise UnknownColumn(name)
        owner = field.related_model
    field = _field(owner, last)
    if field is not None:
        colours = badges_of(owner).get(field.name, {})
        style = "state" if colours else _style(field)
        sort = "" if _slow(model, name) else _sort(path, field)
        return Column(name, _label(field), style, field, sort, colours)
    getter = getattr(owner, last, None)
    if not isinstance(getter, property):
        raise UnknownColumn(name)
    label = getattr(getter.fget, "short_description", last.replace("_", " "))
    return Column(name, capfirst(str(label)), getattr(getter.fget, "style", "text"), None, "", {})


def badges(record: Any) -> list[Cell]:
    """What stands beside the heading of a record's page."""
    model = type(record)
    found = [cell for name in badges_of(model) if (cell := resolve(model, name).cell(record)).text]
    if isinstance(record, Amendable) and record.state == ApprovalState.APPROVED:
        told = _("%(version)s in force") % {"version": record.version_label}
        found[0] = replace(found[0], text=told)
    return found


def columns_of(kind: DocumentKind, names: Iterable[str], rights: Rights) -> list[Column]:
    """Columns of a kind, without those that need the right to see costs."""
    return [resolve(kind.model, name) for name in open_names(kind, names, rights)]


def open_names(kind: DocumentKind, names: Iterable[str], rights: Rights) -> list[str]:
    """Names that this person may see."""
    closed = () if rights.may(kind.key, Action.SEE_COST) else kind.costs
    return [name for name in names if name not in closed]


def related_of(model: type[models.Model], names: Iterable[str]) -> list[str]:
    """What to read along for these columns (`select_related`)."""
    found = []
    for name in names:
        *path, _last = name.split("__")
        if resolve(model, name).style == "record":
            path = name.split("__")
        if path:
            found.append("__".join(path))
    return found


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any] | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) and field.concrete else None


def _label(field: models.Field[Any, Any]) -> str:
    return capfirst(str(field.verbose_name))


def badges_of(model: type[models.Model]) -> Mapping[str, Mapping[str, str]]:
    """Fields that are shown as badges, with the colour of each value."""
    kind = kinds.get(model._meta.label_lower)
    found: dict[str, type[Coloured]] = {}
    if issubclass(model, Document):
        found["state"] = ApprovalState
    if issubclass(model, Amendable):
        found["amendment"] = Amendment
    if kind is not None:
        found |= kind.badges
    return {name: choices.colours() for name, choices in found.items()}


def _style(field: models.Field[Any, Any]) -> str:
    if field.related_model is not None:
        return "record"
    if field.choices:
        return "text"
    if _field(field.model, f"{field.name}{E164}") is not None:
        return "phone"
    if isinstance(field, models.DecimalField):
        room = field.max_digits - field.decimal_places
        return (
            "money" if field.decimal_places in MONEY_PLACES and room >= MONEY_DIGITS else "number"
        )
    return next((style for kind, style in _STYLES if isinstance(field, kind)), "text")


def _slow(model: type[models.Model], name: str) -> bool:
    """Whether putting the rows in the order of that column means reading a large kind whole."""
    kind = kinds.get(model._meta.label_lower)
    return kind is not None and kind.large and ("__" in name or not has_order_index(model, name))


def _sort(path: Sequence[str], field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.TextField | models.JSONField):
        return ""
    if isinstance(field.related_model, type):
        known = {other.name for other in field.related_model._meta.concrete_fields}
        by = next((name for name in NAMES if name in known), "pk")
        return "__".join((*path, field.name, by))
    return "__".join((*path, field.name))


_STYLES: Final[tuple[tuple[type[Any], str], ...]] = (
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.BooleanField, "flag"),
    (models.TextField, "long"),
    (models.EmailField, "email"),
    (models.IntegerField, "number"),
)


# --- values ---------------------------------------------------------------------------------------
def value_of(row: Any, name: str) -> Any:
    """The value at the end of a path; None where a foreign key on the way is empty."""
    return reduce(lambda thing, part: getattr(thing, part, None), name.split("__"), row)


def text_of(value: Any, style: str, field: models.Field[Any, Any] | None = None) -> str:
    """A value in words; "" for none."""
    if value is None or value == "":
        return ""
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    write = _WRITE.get(style)
    return str(value) if write is None else write(value)


def money(amount: Decimal) -> str:
    """`¥1,234.00`; prices of more than two places keep them."""
    amount = Decimal(amount)  # a default may be an int
    rounded = amount.quantize(Decimal("0.01"))
    return f"¥{rounded:,.2f}" if rounded == amount else f"¥{amount.normalize():,f}"


def number(value: Any) -> str:
    """`1,234.5`: no zeros that say nothing."""
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"


def day(value: date) -> str:
    """`11-23` this year, `2027-10-14` otherwise."""
    return f"{value:%m-%d}" if value.year == timezone.localdate().year else f"{value:%Y-%m-%d}"


def _moment(value: datetime) -> str:
    return wording.moment(value)


_WRITE: Final[dict[str, Callable[[Any], str]]] = {
    "money": money,
    "number": number,
    "date": day,
    "moment": _moment,
    "flag": lambda value: _("Yes") if value else _("No"),
}


def _href(record: Any) -> str:
    """Address of another kind's record; its page asks for the right to see it."""
    kind = kinds.get(record._meta.label_lower)
    return "" if kind is None else url_of(kind, "page", record.pk)
