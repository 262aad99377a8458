"""Parameters in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.shell.navigation import Entry, add

add(
    *(
        Entry(
            name=f"settings.{url}",
            module="settings",
            label=label,
            url=f"parameters:{url}",
            icon=icon,
            kind="settings.parameter",
            position=position,
        )
        for position, (url, label, icon) in enumerate(
            (
                ("parameters", _("Parameters"), "adjustments"),
                ("dictionaries", _("Dictionaries"), "book-2"),
            ),
            start=5,
        )
    )
)
