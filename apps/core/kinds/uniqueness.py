"""What may be there once only, where the database alone sees that it is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.apps import apps
from django.db import IntegrityError
from django.db.models import Model, Q, UniqueConstraint
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from apps.core.inbox.wording import listed
from engine.exceptions import WrongState

log = structlog.get_logger(__name__)
COLUMNS = re.compile(r"\(([^)]*)\)=\(")  # of the detail of an error, in whatever language it is


@contextmanager
def told_if_taken() -> Iterator[None]:
    """Forms ask whether something is there already; meanwhile somebody may have saved it. Then
    raises WrongState, which names it."""
    try:
        yield
    except IntegrityError as error:
        violation = error.__cause__
        if not isinstance(violation, UniqueViolation):
            raise
        log.warning("saved_twice", constraint=violation.diag.constraint_name)
        raise WrongState(_said(violation)) from error


def _said(violation: UniqueViolation) -> str:
    table, told = violation.diag.table_name, COLUMNS.search(violation.diag.message_detail or "")
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    columns = told[1].split(", ") if told else []
    fields = [field for field in model._meta.concrete_fields if field.column in columns]
    fields += _conditions(model, violation.diag.constraint_name or "")
    labels = listed(str(field.verbose_name) for field in fields)
    return _(
        "Somebody else has just saved another “%(kind)s” with the same %(fields)s, of which there"
        " may be one only. Change it, or try again."
    ) % {"kind": model._meta.verbose_name, "fields": labels}


def _conditions(model: type[Model], name: str) -> list[Any]:
    """Fields of which a constraint asks something: it is one only of those."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.name == name:
            asked: Any = (constraint.condition or Q()).children
            names = {part[0].partition("__")[0] for part in asked if isinstance(part, tuple)}
            return [field for field in model._meta.concrete_fields if field.name in names]
    return []
