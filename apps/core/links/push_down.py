"""Pushing down (下推): a new document of one kind that begins with what one of another kind says.

A kind declares what follows it (`push_down`). What the follow-up begins with is said by the app
that knows both, in a module `push_downs.py` that is discovered at start-up:

    @push_down("sales.opportunity", "contracts.salescontract")
    def contract_of(opportunity: Opportunity) -> Made: ...

Nothing is stored before the form is saved; the link is then written in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.addresses import url_of
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kind_of, kind_of_key, kinds
from apps.core.links.services import link_documents
from engine.exceptions import NotFound, WrongState
from engine.registry import Registry

Made: TypeAlias = "tuple[Any, Mapping[str, Sequence[Any]]]"
"""A record that isn't stored, and its lines by related name; as copies are made."""


def _never(record: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class PushingDown:
    """How a follow-up is made. `refusal`: why a source can't have one, "" where it can. `chosen`:
    what is chosen in a field of the follow-up is its source, and its kind writes that link."""

    make: Callable[[Any], Made]
    refusal: Callable[[Any], str] = _never
    chosen: bool = False


registry: Final[Registry[PushingDown]] = Registry("way of pushing down")
Make = Callable[[Any], Made]


def place(source: str, target: str) -> str:
    """The name of a way, of the keys of two kinds."""
    return f"{source}>{target}"


def push_down(
    source: str, target: str, *, refusal: Callable[[Any], str] = _never, chosen: bool = False
) -> Callable[[Make], Make]:
    """Decorator: a record of the kind `target` begins so where it follows one of `source`.
    `refusal`, `chosen`: see `PushingDown`."""

    def enter(make: Make) -> Make:
        registry.add(place(source, target), PushingDown(make, refusal, chosen))
        return make

    return enter


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a record may be pushed down to, and the form that does it."""

    kind: DocumentKind
    url: str

    @property
    def label(self) -> str:
        return self.kind.label


def follow_ups(kind: DocumentKind, record: Any, rights: Rights) -> Iterator[FollowUp]:
    """What somebody may push a record down to now."""
    for follower in kind.push_down:
        target = kinds[follower.kind]
        way = registry[place(kind.key, follower.kind)]
        if rights.may(target.key, Action.ADD) and not way.refusal(record):
            query = urlencode({"from": record.business_key})
            yield FollowUp(target, f"{url_of(target, 'new')}?{query}")


def source_of(business_key: str, target: DocumentKind, rights: Rights) -> Any:
    """The record that a follow-up is made of. Raises NotFound where there is none in scope, or no
    way from it to that kind, WrongState where it can't be pushed down now."""
    kind, pk = kind_of_key(business_key)
    way = registry.get(place(kind.key, target.key))
    if way is None:
        raise NotFound(
            _("%(source)s can't be pushed down to %(target)s.")
            % {"source": kind.label, "target": target.label}
        )
    record = kind.find(rights, pk)
    if refused := way.refusal(record):
        raise WrongState(refused)
    return record


def begin_follow_up(source: Any, target: DocumentKind) -> Made:
    """What the follow-up of a record begins with."""
    return registry[place(kind_of(source).key, target.key)].make(source)


@transaction.atomic
def save_follow_up(
    *, source: str, target: DocumentKind, rights: Rights, save: Callable[[], Any]
) -> Any:
    """Save a follow-up and link it to its source (a business key), or neither. `save` writes and
    returns the record. The source is locked meanwhile, so that it stays what was asked for. Where
    the source is chosen in the follow-up, another may be by now: only that one is linked.

    Raises what `source_of` and `save` raise."""
    found = source_of(source, target, rights)
    kind, pk = kind_of_key(source)
    kind.model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    record = save()
    if not registry[place(kind.key, target.key)].chosen:
        link_documents(source=found.business_key, target=record.business_key, by=rights.user)
    return record
