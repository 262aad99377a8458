"""What random diagrams are drawn with: a supply of names and times, and the place of a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.engine.spiff.diagrams import diagram, errors, messages

Block = tuple[str, str, str]  # body, id of the entry, id of the exit

HUMAN: Final = {
    "name": "n",
    "formKey": "form",
    "category": "work",
    "assignee": "key",
    "decisions": "yes",
}
"""Without it the linter lets no human task through."""


@dataclass(frozen=True)
class Item:
    """What one child of a multi-instance has that its siblings haven't: the variable `name`, which
    is `first` for the first child."""

    name: str
    first: str  # as an expression


@dataclass(frozen=True)
class Place:
    """Where a block is drawn."""

    depth: int = 0
    in_loop: bool = False
    """Whether it may run again over the variables that it left the last time."""
    items: tuple[Item, ...] = ()
    """Of the multi-instances whose children it is drawn in."""
    numbers: tuple[str, ...] = ("size",)
    """Variables that hold a whole number here."""

    def deeper(self, by: int = 1, **changes: Any) -> Place:
        return replace(self, depth=self.depth + by, **changes)

    @property
    def number(self) -> str:
        """A variable that holds a whole number here."""
        return self.numbers[-1]

    @property
    def seen(self) -> str:
        """A variable in which children of a multi-instance differ."""
        return self.items[-1].name if self.items else "size"

    @property
    def key(self) -> str:
        """The correlation key of a message: no two waiting events of a name may have the same."""
        return self.items[-1].name if self.items else "key"


@dataclass
class Drawing:
    """A diagram as it grows. A block is drawn between two nodes: it has an entry and an exit."""

    choose: Callable[[Sequence[Any]], Any]
    files: dict[str, bytes] = field(default_factory=dict)  # called processes and tables
    names: list[str] = field(default_factory=list)  # of messages
    codes: list[str] = field(default_factory=list)  # of errors
    items: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each node the items of the multi-instances around it."""
    number: int = 0
    budget: int = 14
    splits_in_loops: bool = False  # stock can't

    def id(self, kind: str, place: Place = Place()) -> str:
        self.number += 1
        identity = f"{kind}{self.number}"
        self.items[identity] = tuple(item.name for item in place.items)
        return identity

    def pick(self, *options: Any) -> Any:
        return self.choose(options)

    def message_name(self) -> str:
        self.names.append(f"n{len(self.names)}")
        return self.names[-1]

    def error_code(self) -> str:
        """A code of its own for each event: stock lets all that wait for a code catch at once."""
        self.codes.append(f"E{len(self.codes)}")
        return self.codes[-1]

    def length(self, place: Place, before: str = "") -> str:
        """A duration as an expression, `before` put before it. It is another one for every timer
        and for every child of a multi-instance, so that no two are due at once."""
        if not place.items:
            self.number += 1
            return f"'{before}PT{self.number}H{self.number * 7 % 59}M'"
        *around, item = place.items
        outer = replace(place, items=tuple(around))
        one, other = self.length(outer, before), self.length(outer, before)
        return f"({one} if {item.name} == {item.first} else {other})"

    def add_process(self, key: str, body: str, since: int = 0) -> None:
        """A file with that process, in which messages from number `since` on may be waited for."""
        outside = messages(*self.names[since:], "out") + errors(*self.codes)
        self.files[f"{key}.bpmn"] = diagram(body, key, outside)
