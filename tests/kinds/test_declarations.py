"""Declarations stay short: what is particular of a kind can be read at a glance."""

from __future__ import annotations

import inspect
from types import ModuleType

from apps.contracts.kinds import SalesContractKind
from apps.core.kinds.declaration import Section
from apps.core.kinds.registry import kinds

MOST_LINES = 60
GENERAL = "apps.core."


def test_a_kind_is_declared_in_sixty_lines(key: str) -> None:
    """From the decorator to the last line; bases that aren't general count as well."""
    declared = [
        base
        for base in type(kinds[key]).__mro__
        if base is not object and not base.__module__.startswith(GENERAL)
    ]
    assert sum(len(inspect.getsourcelines(each)[0]) for each in declared) <= MOST_LINES


def test_names_are_words_of_a_text_or_told_one_by_one() -> None:
    told = {"columns": "number\n  name", "search": ("number",)}
    kind = type("WordsKind", (SalesContractKind,), told)
    assert (kind.columns, kind.search) == (("number", "name"), ("number",))
    assert Section("", "name date", told="number").shown == ("number",)


def test_functions_of_the_rules_are_the_hooks_and_methods_come_first() -> None:
    rules = ModuleType("rules")
    exec("def title(record): return 'rule'\ndef party(record): return 'rule'", vars(rules))
    kind = type("RuledKind", (SalesContractKind,), {"rules": rules, "party": lambda *_: "method"})()
    assert (kind.title(None), kind.party(None)) == ("rule", "method")
