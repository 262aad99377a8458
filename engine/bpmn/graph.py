"""Walking diagrams without recursion: how deep and how long they are is the uploader's choice."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)
Successors = Callable[[Thing], Iterable[Thing]]


def reachable(starts: Iterable[Thing], successors: Successors[Thing]) -> dict[Thing, None]:
    """`starts` and everything that follows them, in the order in which it was met."""
    found = dict.fromkeys(starts)
    waiting = list(found)
    while waiting:
        for following in successors(waiting.pop()):
            if following not in found:
                found[following] = None
                waiting.append(following)
    return found


def strong_components(
    things: Iterable[Thing], successors: Successors[Thing]
) -> Iterator[list[Thing]]:
    """Groups of things that lead to each other, without leaving `things` (Tarjan's algorithm)."""
    search = _Search(things, successors)
    for thing in search.inside:
        if thing not in search.index:
            yield from search.walk(thing)


class _Search(Generic[Thing]):
    def __init__(self, things: Iterable[Thing], successors: Successors[Thing]) -> None:
        self.inside = dict.fromkeys(things)
        self.successors = successors
        self.index: dict[Thing, int] = {}
        self.low: dict[Thing, int] = {}
        self.stack: list[Thing] = []
        self.on_stack: set[Thing] = set()
        self.path: list[tuple[Thing, Iterator[Thing]]] = []

    def walk(self, root: Thing) -> Iterator[list[Thing]]:
        self._enter(root)
        while self.path:
            thing, rest = self.path[-1]
            following = next((one for one in rest if one in self.inside), None)
            if following is None:
                self._leave(thing)
                if self.low[thing] == self.index[thing]:
                    yield self._unwind(thing)
            elif following not in self.index:
                self._enter(following)
            elif following in self.on_stack:
                self.low[thing] = min(self.low[thing], self.index[following])

    def _enter(self, thing: Thing) -> None:
        self.index[thing] = self.low[thing] = len(self.index)
        self.stack.append(thing)
        self.on_stack.add(thing)
        self.path.append((thing, iter(self.successors(thing))))

    def _leave(self, thing: Thing) -> None:
        self.path.pop()
        if self.path:
            above = self.path[-1][0]
            self.low[above] = min(self.low[above], self.low[thing])

    def _unwind(self, root: Thing) -> list[Thing]:
        component: list[Thing] = []
        while not component or component[-1] != root:
            component.append(self.stack.pop())
            self.on_stack.discard(component[-1])
        return component
