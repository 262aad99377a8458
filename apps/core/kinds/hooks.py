"""What kinds do in their own way. A kind names a module as its `rules`: the functions in it that
are called like a hook take its place, without `self`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from apps.core.kinds import states
from apps.core.kinds.parts import Risk
from engine.exceptions import EngineError, InvalidData

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.core.access.rights import Rights
    from engine.operations import Context


class Hooks:
    """The hooks, with what they do where a kind says nothing."""

    rules: ClassVar[ModuleType | None] = None
    """The module with the kind's own. It holds nothing else that is public."""
    title_field: ClassVar[str] = ""
    """The field that `title` tells; empty: the record as a text."""
    party_field: ClassVar[str] = ""
    """The field that `party` tells."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, function in rules_of(vars(cls).get("rules")):
            if name in HOOKS and name not in vars(cls):
                setattr(cls, name, staticmethod(function))

    def read_along(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what the pages of a record need beside its fields, by the same question:
        annotations that depend on the row alone."""
        return rows

    def absent(self, rights: Rights, pk: int) -> EngineError | None:
        """What is answered where these rights find no record, if more than that there is none."""
        return None

    def refusal(self, record: Any, action: str) -> str | None:
        """Why the state of a record doesn't let an action happen; None where it does."""
        return states.refusal(record, action)

    def prepare(self, record: Any, lines: Mapping[str, Sequence[Any]]) -> None:
        """Work out what isn't typed (totals …) before a save; `lines` by related name."""

    def prepare_many(self, records: Sequence[Any]) -> list[dict[str, list[str]]]:
        """The same for many new ones that are added together, in few questions to the database:
        what is wrong with each of them, by field, also seen beside the others."""
        return [self._prepared(record) for record in records]

    def _prepared(self, record: Any) -> dict[str, list[str]]:
        try:
            self.prepare(record, {})
        except InvalidData as error:
            return error.data.get("errors") or {"": [str(error)]}
        return {}

    def saved(self, record: Any, before: Any, rights: Rights, now: datetime) -> None:
        """Do what follows from a save, in its transaction; `before`: the row as it was stored, None
        of a new one."""

    def problems(self, record: Any) -> dict[str, list[str]]:
        """What keeps a record from being submitted: messages by field (`lines-0-reason`), or "" for
        the whole."""
        return {}

    def facts(self, record: Any) -> dict[str, Any]:
        """Variables of the approval beside document and initiator: what the matrix asks for."""
        return {}

    def handing_over(self, records: Sequence[Any], *, to: int, by: int) -> None:
        """Let what goes along be theirs too, before the records are locked: a case is locked before
        what it is about."""

    def given(self, records: Sequence[Any], before: Mapping[int, int]) -> None:
        """Do what follows from a new owner of locked records, in the same transaction; `before`:
        whose each was (ids)."""

    def risks(self, record: Any) -> list[Risk]:
        """What an approver should see first: of `risk_flags`, with their reasons."""
        return []

    def take_effect(self, record: Any, context: Context) -> None:
        """Do what follows from the last approval, in its transaction; an error keeps the task
        open."""

    def blockers(self, record: Any) -> Sequence[str]:
        """Business keys of what keeps an approved document from being un-approved, beside its live
        follow-ups."""
        return ()

    def effects(self, record: Any) -> int:
        """How many of the effects of its approval others rely on already (stock moved, money
        booked …): from one on, an un-approval is itself approved."""
        return 0

    def reverse_effects(self, record: Any, context: Context) -> None:
        """Undo what `take_effect` did, in the opposite order: the document is a draft already, and
        still knows when it was approved. Raises BusinessError `reversal_failed` where it can't."""

    def title(self, record: Any) -> str:
        """The heading of its page, and its subject in inboxes."""
        return str(getattr(record, self.title_field) if self.title_field else record)

    def party(self, record: Any) -> str:
        """The customer or supplier, as inboxes show it."""
        return str((self.party_field and getattr(record, self.party_field)) or "")

    def owner_of_new(self, rights: Rights) -> dict[str, Any]:
        """Owner and department of what somebody makes."""
        return {"owner_id": rights.user, "department_id": rights.department}


HOOKS: Final = {
    name: hook
    for name, hook in vars(Hooks).items()
    if inspect.isfunction(hook) and not name.startswith("_")
}
"""By their names."""


def rules_of(module: ModuleType | None) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions that a module of rules defines, by their names."""
    for name, function in vars(module).items() if module else ():
        own = inspect.isfunction(function) and function.__module__ == vars(module)["__name__"]
        if own and not name.startswith("_"):
            yield name, function


def parameters_of(function: Callable[..., Any]) -> tuple[int, list[str]]:
    """What a hook takes, without `self`: how many by their place, and the names of the others."""
    taken = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    named = [one.name for one in taken if one.kind is one.KEYWORD_ONLY]
    return len(taken) - len(named), named
