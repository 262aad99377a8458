"""Records that become one: what was merged into another leads there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind
from engine.exceptions import Conflict, EngineError, NotFound


class Moved(NotFound):
    """There is no such record any more, but there is the one it became: `data["key"]` is its
    business key. Its page leads there."""


def survivor_of(model: type[models.Model], pk: int) -> int:
    """The id of the record that this one was merged into; its own where it wasn't."""
    rows = model._default_manager.filter(pk=pk)
    into = rows.values_list("merged_into", flat=True).first()
    return pk if into is None else survivor_of(model, into)


def merged_meanwhile(record: Any) -> Conflict:
    """The answer to whoever writes what was merged a moment ago."""
    text = _("“%(record)s” was merged into “%(into)s” in the meantime.")
    said = text % {"record": record, "into": record.merged_into}
    return Conflict(said, by=record.changed_by_id, at=record.changed_at)


class MergingKind(DocumentKind):
    """A kind whose records are merged: `merged_into` of its model is what one became, which nobody
    sees any more but those who took part in a process of it."""

    def find(self, rights: Rights, pk: int, **reading: Any) -> Any:
        """Raises Moved for one that was merged into a record they may see."""
        found = super().find(rights, pk, **reading)
        if found.merged_into_id is not None:
            raise self.absent(rights, pk) or self.unknown(pk)
        return found

    def absent(self, rights: Rights, pk: int) -> EngineError | None:
        into = self.queryset(rights).filter(pk=survivor_of(self.model, pk)).exclude(pk=pk).first()
        if into is None:
            return None
        text = _("This %(kind)s was merged into “%(into)s”.")
        return Moved(text % {"kind": self.label, "into": into}, key=into.business_key)

    def require(self, rights: Rights, action: str, record: Any = None) -> None:
        """Raises Conflict for one that was merged a moment ago."""
        if record is not None and record.merged_into_id is not None:
            raise merged_meanwhile(record)
        super().require(rights, action, record)
