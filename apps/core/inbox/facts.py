"""What a case is about, for whoever decides it: a list of facts per kind of document.

The part of the product that starts a case says under the kind in its business key
(`requests.request:17` → `requests.request`) which facts a person should see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from engine import pictures
from engine.models import ProcessInstance
from engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; `wide` for a text of several lines."""

    label: str
    value: str
    wide: bool = False


Facts = Callable[[Mapping[str, Any]], Sequence[Fact]]
registry: Registry[Facts] = Registry("facts of a case")


def facts_of(instance: ProcessInstance) -> Sequence[Fact]:
    """The facts of a case, from its variables; none where its kind has declared none."""
    describe = registry.get(instance.business_key.partition(":")[0])
    return describe(pictures.variables(instance)) if describe else ()


def _request_facts(variables: Mapping[str, Any]) -> Sequence[Fact]:
    text = variables.get("text")
    return [Fact(_("Text"), str(text), wide=True)] if text else []


registry.add("requests.request", _request_facts)
