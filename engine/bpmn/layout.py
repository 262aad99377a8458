"""Where the nodes of a process go that nobody has drawn: from left to right along the flows, lanes
one below the other.

A scope is laid out as a grid. A node's column is the longest way to it, flows that lead back left
out; its row that of what leads to it, or the next one that is free. Flows go straight where nothing
stands between, otherwise through the channels between columns and the gaps between rows, so that
none crosses a node. All lengths are those of BPMN's drawings (1/96 inch).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, pairwise, permutations
from typing import Final, NamedTuple

from engine.bpmn.model import EVENTS, GATEWAYS, Element, Flow, Lane, Node, Scope

TASK: Final = (120.0, 80.0)
EVENT: Final = (36.0, 36.0)
GATEWAY: Final = (50.0, 50.0)
SMALL: Final[Mapping[str, tuple[float, float]]] = {
    "textAnnotation": (160.0, 50.0),
    "dataObjectReference": (36.0, 50.0),
    "dataStoreReference": (50.0, 50.0),
}
"""What stands below the flow, of its own size."""
CHANNEL: Final = 70.0  # between columns
GAP: Final = 50.0  # between rows: room for the names of events
EMPTY: Final = 80.0  # height of a lane without nodes
TRACKS: Final = (0.0, -8.0, 8.0, -16.0, 16.0)  # flows of one channel beside each other


class Point(NamedTuple):
    x: float
    y: float


class Box(NamedTuple):
    """A rectangle; `x`, `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def moved(self, by: Point) -> Box:
        return self._replace(x=self.x + by.x, y=self.y + by.y)


Size = tuple[float, float]
Band = Lane | None


class Layout:
    """A scope laid out; everything is measured from its own upper left corner.

    `boxes` and `lines` are by element, `bands` by lane (its upper edge and height; None: nodes in
    no lane). `sizes` gives those of its subprocesses.
    """

    def __init__(self, scope: Scope, sizes: Mapping[Node, Size]) -> None:
        self.boxes: dict[Element, Box] = {}
        self.lines: dict[Element, list[Point]] = {}
        self.bands: dict[Band, tuple[float, float]] = {}
        self._sizes = sizes
        self._nodes = [node for node in scope.nodes if node.host is None]
        self._columns = _columns(self._nodes, scope.starts)
        self._rows, first_rows = self._arrange(_lanes(scope))
        self._taken = {(self._rows[node], self._columns[node]) for node in self._nodes}
        self._used: dict[tuple[str, int], int] = defaultdict(int)  # lines in a channel or gap
        self._measure(first_rows)
        self._place_nodes()
        for flow in scope.flows:
            if flow.source is not None and flow.target is not None and flow.target.host is None:
                self.lines[flow] = list(self._way(flow.source, flow.target))
        self._place_beside(scope.others)

    # --- rows -----------------------------------------------------------------------------------
    def _arrange(self, bands: list[Band]) -> tuple[dict[Node, int], dict[Band, int]]:
        """The row of each node, and the first row of each band."""
        within: dict[Node, int] = {}
        last: dict[tuple[Band, int], int] = defaultdict(lambda: -1)
        before = _predecessors(self._nodes, self._columns)
        band_of = {node: node.lane if node.lane in bands else None for node in self._nodes}
        for node in sorted(self._nodes, key=self._columns.__getitem__):  # stable: as in the file
            band, column = band_of[node], self._columns[node]
            wanted = [within[one] for one in before[node] if band_of[one] is band]
            within[node] = max(min(wanted, default=0), last[band, column] + 1)
            last[band, column] = within[node]
        heights = dict.fromkeys(bands, 1)
        for node, row in within.items():
            heights[band_of[node]] = max(heights.get(band_of[node], 1), row + 1)
        first = dict(zip(heights, accumulate(heights.values(), initial=0), strict=False))
        return {node: first[band_of[node]] + row for node, row in within.items()}, first

    # --- places ---------------------------------------------------------------------------------
    def _measure(self, first_rows: Mapping[Band, int]) -> None:
        """Left edges of the columns, upper edges of the rows, each with one more for the end."""
        rows = max([*self._rows.values(), *first_rows.values()], default=0) + 1
        widths: dict[int, float] = defaultdict(float)
        heights: dict[int, float] = defaultdict(lambda: EMPTY)
        for node in self._nodes:
            width, height = self._size(node)
            widths[self._columns[node]] = max(widths[self._columns[node]], width)
            heights[self._rows[node]] = max(heights[self._rows[node]], height)
        columns = max(widths, default=-1) + 1
        self._x = list(accumulate((widths[n] + CHANNEL for n in range(columns)), initial=CHANNEL))
        self._y = list(accumulate((heights[n] + GAP for n in range(rows)), initial=GAP / 2))
        self._widths, self._heights = widths, heights
        edges = [*first_rows.values(), rows]
        for band, (start, end) in zip(first_rows, pairwise(edges), strict=True):
            top = self._y[start] - GAP / 2
            self.bands[band] = (top, self._y[end] - GAP / 2 - top)
        self.width, self.height = self._x[-1], self._y[-1] - GAP / 2

    def _size(self, node: Node) -> Size:
        if node in self._sizes:
            return self._sizes[node]
        return EVENT if node.kind in EVENTS else GATEWAY if node.kind in GATEWAYS else TASK

    def _place_nodes(self) -> None:
        for node in self._nodes:
            width, height = self._size(node)
            column, row = self._columns[node], self._rows[node]
            x = self._x[column] + (self._widths[column] - width) / 2
            box = Box(x, self._y[row] + (self._heights[row] - height) / 2, width, height)
            self.boxes[node] = box
            for number, event in enumerate(node.boundaries, start=1):
                middle = box.x + number * width / (len(node.boundaries) + 1)
                self.boxes[event] = Box(middle - 18, box.y + height - 18, *EVENT)

    def _place_beside(self, others: Iterable[Element]) -> None:
        """Remarks and data in a strip below, and the lines that join them to what they concern."""
        others = list(others)
        joined = [(other, _ends(other)) for other in others if other.kind == "association"]
        partner = {one: other for _line, ends in joined for one, other in permutations(ends)}
        x, strip = CHANNEL, 0.0
        by_id = {element.id: box for element, box in self.boxes.items()}
        for other in others:
            if other.kind in SMALL:
                width, height = SMALL[other.kind]
                about = by_id.get(partner.get(other.id, ""))
                x = max(x, about.centre.x - width / 2 if about else 0)
                by_id[other.id] = self.boxes[other] = Box(x, self.height + GAP / 2, width, height)
                x, strip = x + width + CHANNEL, max(strip, height + GAP)
        self.width, self.height = max(self.width, x), self.height + strip
        for line, ends in joined:
            boxes = [by_id[end] for end in ends if end in by_id]
            if len(boxes) == 2:
                upper, lower = sorted(boxes, key=lambda box: box.y)
                below = Point(upper.centre.x, upper.y + upper.height)
                self.lines[line] = [below, Point(lower.centre.x, lower.y)]

    # --- flows ----------------------------------------------------------------------------------
    def _way(self, source: Node, target: Node) -> Iterator[Point]:
        """Where a flow runs, from border to border."""
        holder = source.host or source
        if holder not in self._columns:  # a boundary event on a boundary event: nowhere
            return
        (column, row), (to, to_row) = self._cell(holder), self._cell(target)
        box, end = self.boxes[source], self.boxes[target]
        goal = Point(end.x, end.centre.y)
        if source.host is not None:
            start = Point(box.centre.x, box.y + box.height)
            level = self._gap(row)
            yield from (start, Point(start.x, level))
        else:
            start = Point(box.x + box.width, box.centre.y)
            yield start
            if to > column and self._free(row, column, to):
                if row != to_row:
                    yield from self._turn(self._channel(to), start.y, goal.y)
                yield goal
                return
            yield from self._turn(leaving := self._channel(column + 1), start.y, None)
            if to > column and self._free(to_row, column, to):
                yield from (Point(leaving, goal.y), goal)
                return
            level = self._gap(max(row, to_row) if to <= column else min(row, to_row))
            yield Point(leaving, level)
        arriving = self._channel(to)
        yield from self._turn(arriving, level, goal.y)
        yield goal

    def _cell(self, node: Node) -> tuple[int, int]:
        return self._columns[node], self._rows[node]

    def _free(self, row: int, column: int, to: int) -> bool:
        """Whether nothing stands between two columns of a row."""
        return all((row, between) not in self._taken for between in range(column + 1, to))

    @staticmethod
    def _turn(x: float, y: float, to: float | None) -> Iterator[Point]:
        yield Point(x, y)
        if to is not None:
            yield Point(x, to)

    def _channel(self, column: int) -> float:
        """Left of a column."""
        return self._x[column] - CHANNEL / 2 + self._track("column", column)

    def _gap(self, row: int) -> float:
        """Below a row."""
        return self._y[row + 1] - GAP / 2 + self._track("row", row)

    def _track(self, way: str, number: int) -> float:
        self._used[way, number] += 1
        return TRACKS[(self._used[way, number] - 1) % len(TRACKS)]


def _lanes(scope: Scope) -> list[Band]:
    """The lanes that nodes may stand in, and None where some stand in none."""
    lanes: list[Band] = [lane for lane in scope.lanes if lane.is_leaf]
    if scope.parent is not None or not lanes:
        return [None]
    return [*lanes, None] if any(node.lane not in lanes for node in scope.nodes) else lanes


def _ends(line: Element) -> tuple[str, str]:
    """Ids of what an association joins."""
    return line.xml.get("sourceRef") or "", line.xml.get("targetRef") or ""


def _targets(node: Node) -> list[Node]:
    """Where a node leads by itself and by its boundary events."""
    flows: list[Flow] = [*node.outgoing, *(f for event in node.boundaries for f in event.outgoing)]
    return [flow.target for flow in flows if flow.target is not None and flow.target.host is None]


def _columns(nodes: list[Node], starts: list[Node]) -> dict[Node, int]:
    """The longest way to each node, along flows that don't lead back. Not recursive: how long a
    process is, is the uploader's choice."""
    forward: dict[Node, list[Node]] = {node: [] for node in nodes}
    under_way: set[Node] = set()
    done: dict[Node, None] = {}  # in the order in which everything behind them was seen
    for root in [*(start for start in starts if start in forward), *nodes]:
        stack = [(root, iter(_targets(root)))] if root not in done else []
        under_way.update(node for node, _ in stack)
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                stack.pop()
                under_way.discard(node)
                done[node] = None
            elif target not in under_way:
                forward[node].append(target)
                if target not in done:
                    under_way.add(target)
                    stack.append((target, iter(_targets(target))))
    columns = dict.fromkeys(nodes, 0)
    for node in reversed(done):
        for target in forward[node]:
            columns[target] = max(columns[target], columns[node] + 1)
    return columns


def _predecessors(nodes: list[Node], columns: Mapping[Node, int]) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = defaultdict(list)
    for node in nodes:
        for target in _targets(node):
            if columns[node] < columns[target]:
                found[target].append(node)
    return found
