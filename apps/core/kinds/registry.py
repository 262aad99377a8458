"""The kinds that apps have declared, found by key, model or business key."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from apps.core.access import subjects
from apps.core.access.actions import Action
from engine.exceptions import NotFound
from engine.registry import Registry

if TYPE_CHECKING:
    from django.db import models

    from apps.core.kinds.declaration import DocumentKind

kinds: Registry[DocumentKind] = Registry("document kind")

Class = TypeVar("Class", bound="type[DocumentKind]")


def register(declaration: Class) -> Class:
    """Class decorator: the kind exists from now on, and rights can be given for it. Each app
    declares its own in `kinds.py`."""
    kind = declaration()
    kinds.add(kind.key, kind)
    label = kind.model._meta.verbose_name_plural or kind.key
    actions = [action for action in Action if action not in senseless(kind)]
    subjects.declare(kind.key, label, actions, own=kind.own_actions, scoped=True)
    return declaration


def risks() -> dict[str, str]:
    """The risks that documents can have: codes and names, each once."""
    flags = (flag for key in kinds for flag in kinds[key].risk_flags.values())
    return {flag.code: str(flag.label) for flag in flags}


def senseless(kind: DocumentKind) -> set[str]:
    """Actions that can't be done with a kind at all."""
    found: set[str] = set()
    if kind.approval is None:
        found.add(Action.SUBMIT)
    if not kind.is_document:
        found.add(Action.VOID)
    if not (kind.is_document and kind.approval):
        found |= {Action.UNAPPROVE, Action.CLOSE}
    if not kind.is_amendable:
        found.add(Action.AMEND)
    if not kind.costs:
        found.add(Action.SEE_COST)
    return found


def kind_of(model: type[models.Model] | models.Model) -> DocumentKind:
    """The kind of a model or of one of its rows."""
    return kinds[model._meta.label_lower]


def kind_of_key(business_key: str) -> tuple[DocumentKind, int]:
    """The kind and primary key that a business key names; raises NotFound for any other text."""
    key, _colon, pk = business_key.partition(":")
    kind = kinds.get(key)
    if kind is None or not pk.isascii() or not pk.isdecimal():
        raise NotFound(f"“{business_key}” names no document.")
    return kind, int(pk)
