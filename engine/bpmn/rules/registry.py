"""What a rule sees, and where rules are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from engine.bpmn.findings import Finding
from engine.bpmn.known import Known
from engine.bpmn.model import Diagram, Node, Scope
from engine.bpmn.tables import Table


@dataclass
class World:
    """The files that are checked together, and what exists beside them."""

    diagrams: list[Diagram]
    tables: list[Table]
    known: Known = field(default_factory=Known)

    @cached_property
    def processes(self) -> dict[str, Scope]:
        """Processes of the files by key."""
        return {process.id: process for diagram in self.diagrams for process in diagram.processes}

    @cached_property
    def decision_keys(self) -> frozenset[str]:
        """Keys of all decision tables, of the files or deployed."""
        return frozenset(table.key for table in self.tables) | self.known.tables


NodeRule = Callable[[Node, World], Iterator[Finding]]
ScopeRule = Callable[[Scope, World], Iterator[Finding]]
DiagramRule = Callable[[Diagram, World], Iterator[Finding]]
TableRule = Callable[[Table, World], Iterator[Finding]]
WorldRule = Callable[[World], Iterator[Finding]]

NODE_RULES: Final[dict[str, list[NodeRule]]] = {}
"""Rules by the kind of node they look at."""
SCOPE_RULES: Final[list[ScopeRule]] = []
DIAGRAM_RULES: Final[list[DiagramRule]] = []
TABLE_RULES: Final[list[TableRule]] = []
WORLD_RULES: Final[list[WorldRule]] = []


def node_rule(*kinds: str) -> Callable[[NodeRule], NodeRule]:
    """Register a rule for nodes of these kinds."""

    def register(rule: NodeRule) -> NodeRule:
        for kind in kinds:
            NODE_RULES.setdefault(kind, []).append(rule)
        return rule

    return register


def scope_rule(rule: ScopeRule) -> ScopeRule:
    """Register a rule for processes and the insides of subprocesses."""
    SCOPE_RULES.append(rule)
    return rule


def diagram_rule(rule: DiagramRule) -> DiagramRule:
    """Register a rule for whole BPMN files."""
    DIAGRAM_RULES.append(rule)
    return rule


def table_rule(rule: TableRule) -> TableRule:
    """Register a rule for decision tables."""
    TABLE_RULES.append(rule)
    return rule


def world_rule(rule: WorldRule) -> WorldRule:
    """Register a rule for all files together."""
    WORLD_RULES.append(rule)
    return rule
