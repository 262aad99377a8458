"""The chain, on the page of every record that has one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import rights_of
from apps.core.kinds.extras import PagePart, page_part
from apps.core.links.chains import chain_of


@page_part("chain", label=_("Related documents"), position=40)
class Chain(PagePart):
    """What it was made from and what was made from it."""

    template = "core/links/chain.html"

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"chain": chain_of(record, rights_of(int(request.user.pk or 0)))}
