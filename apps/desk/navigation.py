"""The desk in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.inbox.context import waiting
from apps.core.shell.navigation import Entry, add

add(
    Entry(
        name="desk.home",
        module="desk",
        label=_("First page"),
        short=pgettext_lazy("tab bar", "Desk"),
        url="desk:home",
        icon="layout-dashboard",
        position=10,
    ),
    Entry(
        name="desk.approvals",
        module="desk",
        label=_("Approval center"),
        short=pgettext_lazy("tab bar", "Approvals"),
        url="desk:approvals",
        icon="checks",
        position=20,
        count=lambda request: waiting(request).total,
    ),
)
