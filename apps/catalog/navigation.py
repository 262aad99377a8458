"""The catalog in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.shell.navigation import Entry, add

add(
    Entry(name="settings.products", module="settings", kind="catalog.product", position=2),
    Entry(
        name="settings.categories",
        module="settings",
        label=_("Categories, tax rates"),
        url="catalog:basics",
        icon="category",
        kind="settings.parameter",
        position=4,
    ),
)
