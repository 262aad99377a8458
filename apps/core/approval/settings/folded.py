"""Several of a list, folded up to what is chosen: a cell has little room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.core.inbox import wording


class Folded(forms.CheckboxSelectMultiple):
    """Boxes to check, below what they come to."""

    def said(self, value: str, label: str) -> str:
        """How a chosen one is named above."""
        return label

    def create_option(self, name: str, value: Any, label: Any, *more: Any, **options: Any) -> Any:
        found = super().create_option(name, value, label, *more, **options)
        return {**found, "said": self.said(str(value), str(label))}

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> Any:
        context = self.get_context(name, value, attrs)
        context["label"] = self.attrs.get("aria-label", "")
        context["none"], context["comma"] = _("Any"), _(", ")
        boxes = [each for _g, group, _i in context["widget"]["optgroups"] for each in group]
        context["boxes"] = boxes
        chosen = wording.listed(each["said"] for each in boxes if each["selected"])
        context["chosen"] = chosen or context["none"]
        return render_to_string("core/approval/_folded.html", context)


class TextsField(forms.MultipleChoiceField):
    """Texts of those that a matrix knows; none admits all."""

    widget = Folded

    def offer(self, named: Iterable[str]) -> None:
        """Also what a row names already."""
        listed: Any = self.choices
        known = dict(listed)
        self.choices = [*known.items(), *((text, text) for text in named if text not in known)]
