"""Departments of a row, chosen from their tree."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils.functional import cached_property

from apps.core.approval.departments import unmistakable
from apps.core.approval.settings.folded import Folded
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


class Branches(Folded):
    """What is chosen is named as rows name it: of several of one name, with what is above it."""

    def said(self, value: str, label: str) -> str:
        return value


class DepartmentsField(forms.MultipleChoiceField):
    """Names of departments; none admits all."""

    widget = Branches
