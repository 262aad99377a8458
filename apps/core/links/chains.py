"""The chain of a document (联查) as one person may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.access.rights import Rights
from apps.core.inbox.visibility import Viewer, visible_instances
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import Cell, resolve
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import kind_of_key
from apps.core.links.services import trace
from engine.exceptions import NotFound


@dataclass(frozen=True, slots=True)
class Node:
    """A document of a chain. Of one that the reader may not see only its kind is told."""

    kind: DocumentKind
    here: bool
    record: Any = None

    @property
    def href(self) -> str:
        return "" if self.record is None else url_of(self.kind, "page", self.record.pk)

    @property
    def amount(self) -> Cell | None:
        """What it is about, where the kind has an amount."""
        if self.record is None or not self.kind.amount:
            return None
        return resolve(self.kind.model, self.kind.amount).cell(self.record)


def chain_of(record: Any, rights: Rights) -> Sequence[Node]:
    """The chain of a record that the reader has found; empty where it stands alone."""
    traced = trace(record.business_key)
    if len(traced) < 2:
        return []
    keys = [each.business_key for each in traced]
    visible = _visible(keys, rights)
    nodes = []
    for key in keys:
        try:
            kind, _pk = kind_of_key(key)
        except NotFound:  # of an app that isn't installed any more
            continue
        nodes.append(Node(kind, key == record.business_key, visible.get(key)))
    return nodes


def _visible(keys: Sequence[str], rights: Rights) -> dict[str, Any]:
    """Records by key, as far as the doors of their kinds let this person through."""
    wanted: dict[DocumentKind, set[int]] = defaultdict(set)
    for key in keys:
        try:
            kind, pk = kind_of_key(key)
        except NotFound:
            continue
        wanted[kind].add(pk)
    found: dict[str, Any] = {}
    for kind, pks in wanted.items():
        for row in kind.queryset(rights).filter(pk__in=pks):
            found[row.business_key] = row
    hidden = [key for key in keys if key not in found]
    taking_part = visible_instances(Viewer(rights.user)).filter(business_key__in=hidden)
    for key in set(taking_part.values_list("business_key", flat=True)) if hidden else ():
        kind, pk = kind_of_key(key)
        found |= {row.business_key: row for row in kind.model._default_manager.filter(pk=pk)}
    return found
