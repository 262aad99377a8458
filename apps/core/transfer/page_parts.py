"""Buttons of export and import, on every list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Action
from apps.core.kinds.extras import Button, list_buttons

for button in (
    Button(
        name="export",
        label=_("Export"),
        icon="file-export",
        url="transfer:export",
        action=Action.EXPORT,
        position=20,
        bulk=True,
    ),
    Button(
        name="import",
        label=_("Import"),
        icon="file-import",
        url="transfer:import",
        action=Action.IMPORT,
        position=30,
    ),
):
    list_buttons.add(button.name, button)
