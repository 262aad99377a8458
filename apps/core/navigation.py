"""The inbox in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.inbox.context import waiting
from apps.core.shell.navigation import Entry, add

add(
    Entry(
        name="desk.inbox",
        module="desk",
        label=_("To do"),
        url="inbox:inbox",
        icon="checks",
        position=20,
        count=lambda request: waiting(request).total,
    ),
    Entry(
        name="desk.claim",
        module="desk",
        label=_("To claim"),
        url="inbox:inbox",
        query="view=claim",
        icon="hand-grab",
        position=21,
        count=lambda request: waiting(request).to_claim,
    ),
    Entry(
        name="desk.started",
        module="desk",
        label=_("Submitted by me"),
        short=pgettext_lazy("tab bar", "Submitted"),
        url="inbox:inbox",
        query="view=started",
        icon="send",
        position=22,
    ),
    Entry(
        name="desk.done",
        module="desk",
        label=_("Done by me"),
        short=pgettext_lazy("tab bar", "Done"),
        url="inbox:inbox",
        query="view=done",
        icon="history",
        position=23,
    ),
    Entry(
        name="settings.approvals",
        module="settings",
        label=_("Approval settings"),
        url="approval_settings:matrices",
        icon="table-options",
        kind="settings.approval",
        position=30,
    ),
    Entry(
        name="desk.new_request",
        module="desk",
        label=_("New request"),
        url="inbox:new_request",
        icon="file-plus",
        create=True,
    ),
)
