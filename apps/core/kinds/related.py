"""Tabs that show the records of another kind that hang on a record: as its reader may see them."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.kinds import columns
from apps.core.kinds.addresses import url_of
from apps.core.kinds.declaration import DetailTab, DocumentKind
from apps.core.kinds.models import RecordQuerySet
from apps.core.kinds.parts import Text
from apps.core.kinds.registry import kinds

SHOWN: Final = 50
"""Rows of a tab; the list has the others."""


class RelatedTab(DetailTab):
    """Records of the kind `of` whose foreign key `by` leads to the record. There is no tab for
    those who may not view that kind."""

    of: ClassVar[str]
    by: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    order: ClassVar[tuple[str, ...]] = ("-pk",)
    adds: ClassVar[bool] = True
    """Whether a new one can be begun here."""
    why: ClassVar[Text] = ""
    """What an empty tab says: what appears here, or what to do so that something does."""
    template = "core/kinds/_related_tab.html"

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return rights.may(self.of, Action.VIEW)

    def root(self, record: Any) -> int:
        """The id of what the rows hang on: the record, unless a tab says another."""
        return int(record.pk)

    def rows(self, record: Any, rights: Rights) -> RecordQuerySet:
        """All that this reader may see."""
        seen: RecordQuerySet = kinds[self.of].listed(rights)
        found = seen.filter(**{self.by: self.root(record)})
        return found.order_by(*self.order)

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        kind = kinds[self.of]
        shown = columns.columns_of(kind, self.columns, rights)
        along = columns.related_of(kind.model, [column.name for column in shown])
        rows = self.rows(record, rights).reading(*kind.related, *along)[: SHOWN + 1]
        lines = [(url_of(kind, "page", row.pk), [(c, c.cell(row)) for c in shown]) for row in rows]
        query = urlencode({self.by: self.root(record)})
        ways = ways_to_add(kind, rights, query) if self.adds else []
        return {
            "other": kind,
            "columns": shown,
            "lines": lines[:SHOWN],
            "more": len(lines) > SHOWN,
            "all_url": f"{url_of(kind, 'list')}?{query}",
            "ways": ways,
            "why": f"{self.why}\n{whom_to_ask(record, rights)}"
            if self.adds and not ways
            else self.why,
        }


def ways_to_add(kind: DocumentKind, rights: Rights, query: str) -> list[tuple[str, str]]:
    """The way to begin one that hangs on a record, for those who may: what it is called, and its
    address."""
    if not kind.can(rights, Action.ADD):
        return []
    return [(_("New %(kind)s") % {"kind": kind.label}, f"{url_of(kind, 'new')}?{query}")]


def whom_to_ask(record: Any, rights: Rights) -> str:
    """What those read who may not add anything."""
    if record.owner_id == rights.user:
        return _("You may not make one: ask an administrator for the right.")
    return _("You may not make one yourself: ask %(name)s.") % {"name": record.owner}
