"""Decision tables: what of DMN runs, and whether each case has one answer."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.predicates import Alternative, TooComplex, alternatives, uncovered
from engine.bpmn.reading import DMN, local_name
from engine.bpmn.rules.expressions import check_expression, check_variable, invalid_reason, tree_of
from engine.bpmn.rules.registry import World, table_rule, world_rule
from engine.bpmn.tables import ANYTHING, Cell, Column, Rule, Table
from engine.bpmn.values import EVERYTHING, NOTHING, ValueSet
from engine.spiff.expressions import is_expression

NO_TABLE = Problem(
    "no_decision_table",
    Verdict.SHOWN,
    _("%(element)s: the file holds no decision table, so nothing can be decided by it."),
)
SEVERAL_DECISIONS = Problem(
    "several_decisions",
    Verdict.DECISION,
    _("%(element)s: the file holds %(count)d decisions. Put each into a file of its own."),
)
NO_KEY = Problem("decision_without_id", Verdict.ERROR, _("%(element)s has no id. Give it one."))
KEY_TWICE = Problem(
    "decision_key_twice", Verdict.ERROR, _("%(element)s: the same decision is also in %(file)s.")
)
REQUIRES = Problem(
    "decision_requires",
    Verdict.SHOWN,
    _("%(element)s needs other decisions, which isn't carried out. Decide them by tasks before."),
)
HIT_POLICY = Problem(
    "hit_policy",
    Verdict.SHOWN,
    _(
        "%(element)s: the hit policy %(policy)s would silently give the first row. Only UNIQUE (one"
        " row) and COLLECT (all rows) run."
    ),
)
AGGREGATION = Problem(
    "aggregation",
    Verdict.SHOWN,
    _("%(element)s: the aggregation %(aggregation)s isn't carried out. Collect the rows instead."),
)
UNKNOWN_PART = Problem(
    "table_part_unknown",
    Verdict.ERROR,
    _("%(element)s holds a “%(kind)s”, which can't be read. Remove it."),
)
PREFIX = Problem(
    "decision_namespace",
    Verdict.ERROR,
    _("%(element)s: DMN must be the default namespace of the file, or have the prefix dmn."),
)
NO_INPUT = Problem(
    "input_missing", Verdict.DECISION, _("%(element)s asks for nothing. Give it an input.")
)
NO_OUTPUT = Problem(
    "output_missing", Verdict.DECISION, _("%(element)s says nothing. Give it an output.")
)
NO_RULE = Problem(
    "rule_missing", Verdict.DECISION, _("%(element)s has no rules. Write at least one.")
)
NO_INPUT_EXPRESSION = Problem(
    "input_expression_missing",
    Verdict.DECISION,
    _("%(element)s doesn't say what it asks for. Write an input expression."),
)
NO_OUTPUT_NAME = Problem(
    "output_name_missing", Verdict.DECISION, _("%(element)s has no name. Name the output.")
)
OUTPUT_TWICE = Problem(
    "output_name_twice", Verdict.ERROR, _("%(element)s: two outputs are named “%(name)s”.")
)
NO_PART_ID = Problem(
    "table_part_without_id",
    Verdict.ERROR,
    _("%(element)s has no id, without which the table can't be read. Give it one."),
)
NO_TEXT = Problem(
    "cell_without_text",
    Verdict.ERROR,
    _("%(element)s has no text, without which it can't be read. Write - for anything."),
)
CELL_COUNT = Problem(
    "cell_count",
    Verdict.ERROR,
    _("%(element)s has %(inputs)d and %(outputs)d cells; the table has %(columns)s columns."),
)
CELL_INVALID = Problem(
    "cell_invalid",
    Verdict.ERROR,
    _("%(element)s: the cell “%(text)s” can't be computed: %(reason)s."),
)
CELL_FEEL = Problem(
    "cell_feel",
    Verdict.ERROR,
    _("%(element)s: the cell “%(text)s” is written in FEEL. Write it as %(instead)s."),
)
FRACTION = Problem(
    "cell_fraction",
    Verdict.DECISION,
    _(
        "%(element)s: the bound %(number)s isn't whole; amounts are exact decimals, to which it"
        " can't be compared. Use whole numbers."
    ),
)
NOT_CHECKABLE = Problem(
    "cell_not_checkable",
    Verdict.DECISION,
    _(
        "%(element)s: nothing shows which values the cell “%(text)s” admits, so whether one row"
        " fits can't be told. Use a value, a comparison, or ? in […]."
    ),
)
OVERLAP = Problem(
    "rules_overlap",
    Verdict.DECISION,
    _("%(element)s and the rule in line %(line)d fit at once, but a UNIQUE table gives one row."),
)
GAP = Problem(
    "rules_gap",
    Verdict.DECISION,
    _(
        "%(element)s has no rule for %(case)s. Add one, or list the values that occur in the"
        " allowed values of the input."
    ),
)
TOO_LARGE = Problem(
    "table_too_large",
    Verdict.DECISION,
    _("%(element)s is too large to show that one rule always fits. Split it, or use COLLECT."),
)

MAX_UNIQUE_RULES: Final = 200
_HIT_POLICIES: Final = ("UNIQUE", "COLLECT")
_TABLE_PARTS: Final = ("input", "output", "rule")
_INPUT: Final = "input_value"
_QUESTION_MARK: Final = re.compile(r"""(\?)(?=(?:[^'"]|['"][^'"]*['"])*$)""")
_FEEL_NOT: Final = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_FEEL_RANGE: Final = re.compile(r"([\[\](])\s*([^,\[\]()]+?)\s*\.\.\s*([^,\[\]()]+?)\s*([\[\])])")
_BARE_SET: Final = re.compile(r"(not\s+)?in\s*\[.*\]", re.DOTALL)


# --- the file -------------------------------------------------------------------------------------
@table_rule
def one_table(table: Table, world: World) -> Iterator[Finding]:
    if len(table.decisions) > 1:
        yield SEVERAL_DECISIONS.at(table.element.place, count=len(table.decisions))
    if table.table is None or table.decision is None:
        yield NO_TABLE.at(table.element.place)
        return
    if not table.key:
        yield NO_KEY.at(table.decision.place)
    prefixes = [prefix for prefix, uri in table.root.nsmap.items() if uri in DMN]
    if not {None, "dmn"} & set(prefixes):
        yield PREFIX.at(table.element.place)
    if any(local_name(child) == "informationRequirement" for child in table.decision.xml):
        yield REQUIRES.at(table.decision.place)


@world_rule
def keys_are_unique(world: World) -> Iterator[Finding]:
    first: dict[str, Table] = {}
    for table in world.tables:
        known = first.setdefault(table.key, table)
        if known is not table and table.key and table.decision is not None:
            yield KEY_TWICE.at(table.decision.place, file=known.file)


@table_rule
def policy_runs(table: Table, world: World) -> Iterator[Finding]:
    if table.table is None or table.decision is None:
        return
    if table.hit_policy not in _HIT_POLICIES:
        yield HIT_POLICY.at(table.decision.place, policy=table.hit_policy)
    aggregation = table.table.xml.get("aggregation")
    if aggregation:
        yield AGGREGATION.at(table.decision.place, aggregation=aggregation)
    for child in table.table.xml:
        if local_name(child) not in _TABLE_PARTS:  # comments too: the library breaks off at them
            kind = local_name(child) or "<!-- -->"
            yield UNKNOWN_PART.at(table.decision.place, kind=kind)


# --- columns and cells ----------------------------------------------------------------------------
@table_rule
def columns_are_whole(table: Table, world: World) -> Iterator[Finding]:
    if table.table is None or table.decision is None:
        return
    for problem, parts in (
        (NO_INPUT, table.inputs),
        (NO_OUTPUT, table.outputs),
        (NO_RULE, table.rules),
    ):
        if not parts:
            yield problem.at(table.decision.place)
    for column in table.inputs:
        if column.expression:
            yield from check_expression(
                column.expression, column, "inputExpression", action="set_cell"
            )
        else:
            yield NO_INPUT_EXPRESSION.at(column.place)
    yield from _outputs(table.outputs)


def _outputs(outputs: list[Column]) -> Iterator[Finding]:
    counts = Counter(column.name for column in outputs)
    for column in outputs:
        if not column.name:
            yield NO_OUTPUT_NAME.at(column.place)
        else:
            yield from check_variable(column.name, column, "output")
            if counts[column.name] > 1:
                yield OUTPUT_TWICE.at(column.place, name=column.name)


@table_rule
def parts_can_be_read(table: Table, world: World) -> Iterator[Finding]:
    if table.table is None:
        return
    cells = [cell for rule in table.rules for cell in (*rule.inputs, *rule.outputs)]
    for part in (table.table, *table.inputs, *table.outputs, *table.rules, *cells):
        if not part.id:
            yield NO_PART_ID.at(part.place)
    for cell in cells:
        if not cell.has_text:
            yield NO_TEXT.at(cell.place)


@table_rule
def cells_fit(table: Table, world: World) -> Iterator[Finding]:
    columns = len(table.inputs), len(table.outputs)
    for rule in table.rules:
        cells = len(rule.inputs), len(rule.outputs)
        if cells != columns:
            yield CELL_COUNT.at(
                rule.place,
                inputs=cells[0],
                outputs=cells[1],
                columns=f"{columns[0]} + {columns[1]}",
            )


@table_rule
def cells_compute(table: Table, world: World) -> Iterator[Finding]:
    for rule in table.rules:
        for cell in rule.inputs:
            yield from _input_cell(cell)
        for cell in rule.outputs:
            reason = invalid_reason(cell.text) if cell.text else ""
            if reason:
                yield CELL_INVALID.at(cell.place, text=cell.text, reason=reason)


def _input_cell(cell: Cell) -> Iterator[Finding]:
    if cell.text in ANYTHING:
        return
    instead = _without_feel(cell.text)
    if instead is not None:
        repair = None
        if cell.id and not invalid_reason(_test(instead)):
            repair = Repair("set_cell", cell.id, cell.place.line, {"value": instead})
        yield CELL_FEEL.at(cell.place, repair=repair, text=cell.text, instead=instead)
        return
    reason = invalid_reason(_test(cell.text))
    if reason:
        yield CELL_INVALID.at(cell.place, text=cell.text, reason=reason)
        return
    for node in ast.walk(tree_of(_test(cell.text)) or ast.Constant(None)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield FRACTION.at(cell.place, number=str(node.value))


def _without_feel(text: str) -> str | None:
    """The same test in the engine's language, where it is written in FEEL or short; None where it
    isn't.
    """
    found = _FEEL_NOT.fullmatch(text)
    if found:
        return f"? not in [{found.group(1).strip()}]"
    found = _FEEL_RANGE.fullmatch(text)
    if found:
        opening, low, high, closing = found.groups()
        lower = "<=" if opening == "[" else "<"
        upper = "<=" if closing == "]" else "<"
        return f"{low} {lower} ? {upper} {high}"
    if _BARE_SET.fullmatch(text):
        return f"? {text}"
    if isinstance(tree_of(text), ast.Tuple) and not text.startswith("("):
        return f"? in [{text}]"
    return None


def _test(text: str) -> str:
    """The cell as a test of the input's value, as the engine reads it."""
    marked = _QUESTION_MARK.sub(_INPUT, text)
    if _INPUT in marked:
        return marked
    return f"{_INPUT} == ({text})" if is_expression(text) else f"{_INPUT} {text}"


# --- one answer for each case ---------------------------------------------------------------------
@table_rule
def one_rule_fits(table: Table, world: World) -> Iterator[Finding]:
    """Of a UNIQUE table no two rules fit at once, and one fits whatever comes."""
    decision = table.decision
    if decision is None or table.hit_policy != "UNIQUE" or not table.inputs or not table.rules:
        return
    if len(table.rules) > MAX_UNIQUE_RULES:
        yield TOO_LARGE.at(decision.place)
        return
    unreadable = [cell for rule in table.rules for cell in rule.inputs if _admitted(cell) is None]
    if unreadable:
        yield NOT_CHECKABLE.at(unreadable[0].place, text=unreadable[0].text)
        return
    domains = {str(index): _domain(column) for index, column in enumerate(table.inputs)}
    rows = [(rule, _row(rule, domains)) for rule in table.rules]
    yield from _overlaps(rows)
    try:
        gap = uncovered([row for _rule, row in rows], domains)
    except TooComplex:
        yield TOO_LARGE.at(decision.place)
        return
    if gap is not None:
        names = {str(index): column.expression for index, column in enumerate(table.inputs)}
        case = ", ".join(f"{names[index]} = {values.sample()}" for index, values in gap.items())
        yield GAP.at(decision.place, case=case)


def _row(rule: Rule, domains: Mapping[str, ValueSet]) -> Alternative:
    """What the rule admits, by the number of the column; those that admit everything left out."""
    return {
        index: (_admitted(cell) or NOTHING) & whole
        for (index, whole), cell in zip(domains.items(), rule.inputs, strict=False)
        if cell.text not in ANYTHING
    }


def _overlaps(rows: list[tuple[Rule, Alternative]]) -> Iterator[Finding]:
    for (one, first), (two, second) in combinations(rows, 2):
        shared = (first[column] & second[column] for column in first if column in second)
        if all(shared) and all(first.values()) and all(second.values()):
            yield OVERLAP.at(two.place, line=one.place.line or 0)


def _domain(column: Column) -> ValueSet:
    """Values of the declared type, and where they are listed, no others."""
    allowed = column.allowed
    if not allowed:
        return column.domain
    listed = f"? in [{allowed}]" if is_expression(f"[{allowed}]") else allowed
    values = _values(listed)
    return column.domain if values is None else values


def _admitted(cell: Cell) -> ValueSet | None:
    return EVERYTHING if cell.text in ANYTHING else _values(cell.text)


def _values(text: str) -> ValueSet | None:
    """What a test of one value admits; None where that depends on more than the value."""
    tree = tree_of(_test(text))
    if tree is None:
        return None
    try:
        ways = alternatives(tree)
    except TooComplex:
        return None
    found = NOTHING
    for way in ways:
        if set(way) - {_INPUT}:
            return None
        found = found | way.get(_INPUT, EVERYTHING)
    return found
