"""Departments of a row, chosen from their tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.core.approval.departments import unmistakable
from apps.core.inbox.wording import listed
from engine.organisation import organisation

DEEPER = "\u3000"  # as wide as a character of a name


class Tree:
    """The tree as choices, those below one indented."""

    @cached_property
    def units(self) -> list[tuple[int, str]]:
        """By id."""
        return [(unit.id, _indented(unit.names)) for unit in organisation().departments()]

    @cached_property
    def _texts(self) -> list[tuple[str, str]]:
        units = organisation().departments()
        texts = unmistakable(units)
        return [(texts[unit.id], _indented(unit.names)) for unit in units]

    def choices(self, chosen: Iterable[str]) -> list[tuple[str, str]]:
        """As rows name them; what a row names already can be kept."""
        known = {text for text, _label in self._texts}
        return [*self._texts, *((text, text) for text in chosen if text not in known)]


def _indented(names: tuple[str, ...]) -> str:
    return DEEPER * (len(names) - 1) + names[-1]


class Branches(forms.CheckboxSelectMultiple):
    """Folded up to the names that are chosen."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> Any:
        context = self.get_context(name, value, attrs)
        context["label"] = self.attrs.get("aria-label", "")
        context["none"], context["comma"] = _("Any"), _(", ")
        context["chosen"] = listed(value or ()) or context["none"]
        return render_to_string("core/approval/_branches.html", context)


class DepartmentsField(forms.MultipleChoiceField):
    """Names of departments; none admits all."""

    widget = Branches
