"""What the core brings to the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.shell.navigation import Entry, add

add(
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
