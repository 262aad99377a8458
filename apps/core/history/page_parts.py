"""The tab of the history, on the page of every record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import rights_of
from apps.core.history.reading import history_of
from apps.core.kinds.extras import EveryTab, page_tab
from apps.core.kinds.registry import kind_of


@page_tab("history", label=_("Changes"), position=90)
class HistoryTab(EveryTab):
    """Old and new values of header and lines."""

    template = "core/history/tab.html"

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        before = _moment(request.GET.get("before", ""))
        return {"history": history_of(kind_of(record), record, rights, before)}


def _moment(text: str) -> datetime | None:
    """The time that a page begins with; None for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is None or timezone.is_aware(found) else timezone.make_aware(found)
