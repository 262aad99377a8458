"""Kinds take their places in the rest of the core: the search, the approval center, the hand-over
of somebody who leaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from apps.core import documents
from apps.core.access.actions import Action
from apps.core.access.handover import Holding, holdings
from apps.core.access.rights import rights_of
from apps.core.kinds import services
from apps.core.kinds.addresses import url_of
from apps.core.kinds.approving import KindPages
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kinds
from apps.core.kinds.search import search
from apps.core.shell import search as everywhere
from apps.core.shell.search import Row, Source


def join() -> None:
    """Called once, when all kinds are there."""
    for key in kinds:
        kind = kinds[key]
        label = kind.model._meta.verbose_name_plural or key
        holdings.add(
            key,
            Holding(label, partial(services.count_held, kind), partial(services.give_held, kind)),
        )
        if kind.search:
            everywhere.add(key, Source(label, kind.icon, partial(_find, kind)))
        if kind.approval is not None:
            documents.registry.add(key, KindPages(kind))


def _find(kind: DocumentKind, user: int, text: str, limit: int) -> Sequence[Row]:
    rights = rights_of(user)
    if not rights.may(kind.key, Action.VIEW):
        return []
    found = search(kind.listed(rights), text).order_by("-pk")[:limit]
    return [
        Row(str(record), url_of(kind, "page", record.pk), _detail(kind, record)) for record in found
    ]


def _detail(kind: DocumentKind, record: object) -> str:
    """What tells it from its like."""
    said = (kind.title(record), kind.party(record))
    return "\u3000".join(text for text in said if text and text != str(record))
