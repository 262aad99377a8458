"""For each rule about decision tables: what breaks it, and what doesn't."""

from __future__ import annotations

import re

from tests.engine.bpmn.diagrams import table

Documents = str | tuple[str, ...]
SOUND = table(("> 0", "1"), ("<= 0", "0"))
COLLECT = table(("> 0", "1"), policy="COLLECT")


def cell(text: str, policy: str = "COLLECT") -> str:
    return table((text, "1"), policy=policy)


TABLE_CASES: dict[str, tuple[Documents, Documents]] = {
    "no_decision_table": (SOUND.replace("decisionTable", "literalExpression"), SOUND),
    "several_decisions": (
        SOUND.replace("</definitions>", '<decision id="b"/></definitions>'),
        SOUND,
    ),
    "decision_without_id": (table(("-", "1"), key=""), SOUND),
    "decision_key_twice": ((SOUND, SOUND), (SOUND, table(("-", "1"), key="other"))),
    "decision_requires": (table(("-", "1"), decision="<informationRequirement/>"), SOUND),
    "hit_policy": (table(("-", "1"), policy="FIRST"), SOUND),
    "aggregation": (table(("-", "1"), policy="COLLECT", extra='aggregation="SUM"'), COLLECT),
    "table_part_unknown": (SOUND.replace("<rule ", "<!-- rules -->\n<rule ", 1), SOUND),
    "decision_namespace": (
        re.sub("<(/?)(?=[a-z])", r"<\1d:", SOUND).replace("xmlns=", "xmlns:d="),
        SOUND,
    ),
    "input_missing": (table(("1",), inputs=()), SOUND),
    "output_missing": (table(("-",), outputs=()), SOUND),
    "rule_missing": (table(), SOUND),
    "input_expression_missing": (table(("-", "1"), inputs=(":number",)), SOUND),
    "output_name_missing": (table(("-", "1"), outputs=("",)), SOUND),
    "output_name_twice": (
        table(("-", "1", "2"), outputs=("a", "a")),
        table(("-", "1", "2"), outputs=("a", "b")),
    ),
    "table_part_without_id": (SOUND.replace('id="cell0_0"', ""), SOUND),
    "cell_without_text": (SOUND.replace("<text>1</text>", ""), SOUND),
    "cell_count": (table(("-", "-", "1")), SOUND),
    "cell_invalid": (cell("> open(1)"), COLLECT),
    "cell_feel": (cell("[1..5]"), cell("1 <= ? <= 5")),
    "cell_fraction": (cell("> 0.5"), cell("> 5")),
    "cell_not_checkable": (cell("> limit", "UNIQUE"), cell("> limit")),
    "rules_overlap": (
        table(("> 0", "1"), (">= 5", "2"), ("<= 0", "0")),
        table(("> 0", "1"), (">= 5", "2"), policy="COLLECT"),
    ),
    "rules_gap": (table(("> 0", "1"), ("< 0", "2")), SOUND),
    "table_too_large": (
        table(*[(str(n), "1") for n in range(201)]),
        table(*[(str(n), "1") for n in range(201)], policy="COLLECT"),
    ),
}
