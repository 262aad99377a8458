"""The studio in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.deploying import SUBJECT
from apps.core.shell.navigation import Entry, add

add(
    Entry(
        name="processes.definitions",
        module="processes",
        label=_("Processes"),
        url="studio:processes",
        icon="sitemap",
        kind=SUBJECT,
    )
)
