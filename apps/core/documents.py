"""What the approval center shows of the documents that cases are about.

A kind of document says so by `DocumentPages`, registered under the first part of its business keys
(`contracts.salescontract:17` → `contracts.salescontract`). The approval center knows nothing else
of kinds: not their models, nor their rights, which each keeps in its own answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from django.http import HttpRequest

from engine.models import ProcessInstance
from engine.registry import Registry

Snapshot = dict[str, str]
"""What a reader sees of a document: the path of a value (`payment_terms`, `lines.3.discount`, where
3 is the id of the line) and the value as it is written."""


@dataclass(frozen=True, slots=True)
class Risk:
    """Something to look at before approving. `label` is short enough for a badge."""

    label: str
    text: str = ""
    level: Literal["warning", "danger"] = "warning"


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of a document. `url` is its own page, '' where it has none; `again`: it was
    submitted before."""

    number: str
    kind: str = ""
    url: str = ""
    risks: tuple[Risk, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A template and what it is given."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from what the reader saw last: `values` path → the value then, '' for what is
    new; `gone`: a field, a row or a file that isn't there any more → what it said."""

    since: datetime | None = None
    decision: str = ""  # what the reader decided then
    values: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return len(self.values) + len(self.gone)

    def __bool__(self) -> bool:
        return self.number > 0


class OpenDocument(ABC):
    """The document of a case as one reader sees it, who takes part in the case. It is read once,
    whatever is asked of it. Templates mark what has changed by the tag `changed` (`{% load
    documents %}`): the variable `changes` is theirs."""

    @property
    def risks(self) -> Sequence[Risk]:
        """What to look at first, as it is now."""
        return ()

    @abstractmethod
    def preview(self, changes: Changes) -> Part:
        """All of it, with the changes marked."""

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """What the preview shows, for telling next time what has changed: path → text. Cells of a
        row have its path before theirs, with a point between."""

    @abstractmethod
    def label_of(self, path: str) -> str:
        """What a field, a row or a file that is gone was called."""

    def related(self) -> Part | None:
        """The documents before and after this one; None where the kind has none."""
        return None


class DocumentPages(ABC):
    """What one kind of document shows."""

    @abstractmethod
    def card(self, instance: ProcessInstance) -> Card:
        """What lists show: what the case was told when the document was submitted. No queries."""

    @abstractmethod
    def open(self, request: HttpRequest, instance: ProcessInstance) -> OpenDocument | None:
        """The document; None where it is gone."""


registry: Final[Registry[DocumentPages]] = Registry("pages of a kind of document")


def pages_of(business_key: str) -> DocumentPages | None:
    """The pages of the kind that a business key names; None where it has declared none."""
    return registry.get(business_key.partition(":")[0])


def card_of(instance: ProcessInstance) -> Card:
    """The card of a case's document; of one without pages, its number only."""
    pages = pages_of(instance.business_key)
    if pages is not None:
        return pages.card(instance)
    key = instance.business_key
    return Card(number=key.partition(":")[2] or key)


def changes_between(
    before: Snapshot, now: Snapshot, *, since: datetime | None, decision: str = ""
) -> Changes:
    """What has become another text, what is new, and what is gone."""
    values = {path: before.get(path, "") for path in now if before.get(path, "") != now[path]}
    gone: dict[str, list[str]] = {}
    for path, text in before.items():
        if path not in now and text:
            gone.setdefault(path.rpartition(".")[0] or path, []).append(text)
    return Changes(since, decision, values, gone)
