"""The button that prints, on the page of every record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access.actions import Action
from apps.core.kinds.extras import Button, page_buttons

page_buttons.add(
    "print",
    Button(
        name="print",
        label=_("Print"),
        icon="printer",
        url="printing:page",
        action=Action.PRINT,
        position=50,
    ),
)
