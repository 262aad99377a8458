"""What exists beside the files that are checked: operations, forms, roles, other processes and
tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

CATEGORIES: Final = frozenset({"approval", "reminder", "work"})
"""Categories of human tasks; they are queues as well, but for the approvals, whose queues are kinds
of document.
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameters that an operation must and may be given."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """Names that a diagram may use. None means: not asked, whatever is named is taken to exist."""

    operations: Mapping[str, Signature] | None = None
    forms: frozenset[str] | None = None
    editing: frozenset[str] = field(default=frozenset())  # those of the forms that edit documents
    roles: frozenset[str] | None = None
    decisions: frozenset[str] | None = None  # codes of the buttons of a human task
    queues: frozenset[str] | None = None
    processes: frozenset[str] = field(default=frozenset())  # deployed, and not among the files
    tables: frozenset[str] = field(default=frozenset())  # decision tables, likewise

    @classmethod
    def from_registries(cls) -> Known:
        """What the apps of the running project have registered; nothing deployed."""
        # The registries belong to the running project; the limited child that reads uploads has
        # none of it.
        from engine.decisions import registry as decisions
        from engine.forms import editing
        from engine.forms import registry as forms
        from engine.operations import registry as operations
        from engine.organisation import Role
        from engine.queues import registry as queues

        return cls(
            operations={
                name: Signature(operations[name].required, operations[name].optional)
                for name in operations
            },
            forms=frozenset(forms),
            editing=editing(),
            roles=frozenset(Role.values),
            decisions=frozenset(decisions),
            queues=frozenset(queues),
        )

    def with_deployed(self, key: str, *, is_decision: bool) -> Known:
        """The same, and a process or decision table of that key that has been deployed."""
        if is_decision:
            return replace(self, tables=self.tables | {key})
        return replace(self, processes=self.processes | {key})

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        operations = self.operations
        return {
            "operations": None
            if operations is None
            else {
                name: [sorted(signature.required), sorted(signature.optional)]
                for name, signature in operations.items()
            },
            **{name: _sorted(getattr(self, name)) for name in _SETS},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Known:
        """What `as_dict` described."""
        operations = data["operations"]
        sets: dict[str, Any] = {
            name: None if data[name] is None else frozenset(data[name]) for name in _SETS
        }
        return cls(
            operations=None
            if operations is None
            else {
                name: Signature(frozenset(required), frozenset(optional))
                for name, (required, optional) in operations.items()
            },
            **sets,
        )


_SETS: Final = ("forms", "editing", "roles", "decisions", "queues", "processes", "tables")


def _sorted(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)
