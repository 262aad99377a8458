"""A declaration that names something that doesn't exist is found before anything runs."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import django_filters
import pytest

from apps.contracts.kinds import SalesContractKind
from apps.contracts.models import SalesContract
from apps.core.access.models import RoleGrant
from apps.core.kinds.checks import check_kind, check_kinds
from apps.core.kinds.commands import COMMANDS
from apps.core.kinds.declaration import Approval, Section
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.parts import PushDown
from apps.core.kinds.registry import kinds
from apps.sales.models import Customer


def told(**changed: Any) -> str:
    """What the checks say of the sales contract, declared with a slip."""
    slip = type("SlipKind", (SalesContractKind,), changed)()
    return "\n".join(f"{problem.id} {problem.msg}" for problem in check_kind(slip))


def rules(source: str) -> ModuleType:
    """A module of rules."""
    module = ModuleType("slips")
    exec(source, vars(module))
    return module


class MisspeltFilter(django_filters.FilterSet):
    state = django_filters.CharFilter(field_name="stat_e")


class OwnersForm(SalesContractKind.form_class):
    class Meta:
        model = SalesContract
        fields = ("name", "owner")


LINES, INSTALMENTS = SalesContractKind.lines


class ForeignForm(SalesContractKind.form_class):
    """Of a kind that has a form of its own."""

    class Meta:
        model = Customer
        fields = ("name",)


SLIPS = {
    "E002": {"model": RoleGrant, "commands": {}},
    "E004": {"lines": (replace(LINES, model=Customer), INSTALMENTS)},
    "E020": {"form_class": ForeignForm},
    "E022": {"lines": (replace(LINES, form_class=INSTALMENTS.form_class), INSTALMENTS)},
    "E003": {"numbering": None},
    "E005": {"lines": (replace(LINES, related="rows"), INSTALMENTS)},
    "E006": {"lines": (replace(LINES, model=kinds["sales.customer"].lines[0].model), INSTALMENTS)},
    "E010": {"columns": ()},
    "E011 there is no column 'name_'": {"columns": ("number", "name_")},
    "E011 there is no column 'customer__name_'": {"more_columns": ("customer__name_",)},
    "E011 there is no field of a section": {"sections": (Section("x", ("name_",)),)},
    "E011 there is no total": {"totals": ("grss",)},
    "E011 there is no amount": {"amount": "grss"},
    "E012": {"lines": (replace(LINES, computed=("nett",)), INSTALMENTS)},
    "E013": {"costs": ("csot",)},
    "E014 search": {"search": ("customer__name_",)},
    "E014 related": {"related": ("custmer",)},
    "E014 order": {"order": "-dtae"},
    "E021": {"form_class": OwnersForm},
    "E023": {"lines": (replace(LINES, computed=("quantity",)), INSTALMENTS)},
    "E024": {"filters": MisspeltFilter},
    "E011 there is no title or party 'custmer'": {"party_field": "custmer"},
    "E025": {"badges": {"seal_state": ApprovalState}},
    "E031": {"approval": Approval("contract_aproval", "contracts")},
    "E032": {"approval": Approval("contract_approval", "contrcats")},
    "E050": {"commands": {"edit": COMMANDS["delete"]}},
    "E051": {"commands": {"seal": replace(COMMANDS["delete"], action="seal")}},
    "E052": {"own_actions": {"view": "View"}},
    "E040": {"push_down": (PushDown("stock.nothing"),)},
    "E070 a kind says nothing called 'columns_'": {"columns_": "number"},
    "E071 rules: there is no hook 'problem'": {"rules": rules("def problem(record): ...")},
    "E072 rules: problems": {"rules": rules("def problems(record, lines): ...")},
    "E073": {"rules": rules("def problems(record): ..."), "problems": lambda self, record: {}},
    "E074": {"rules": rules("from json import dumps as facts")},
}


@pytest.mark.parametrize("problem", SLIPS)
def test_a_slip_is_told(problem: str) -> None:
    assert f"kinds.{problem}" in told(**SLIPS[problem])


def test_what_is_declared_is_right() -> None:
    assert told() == ""
    assert check_kinds(None) == []


def test_two_kinds_of_one_address_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(kinds["sales.contact"]), "slug", "customers")
    assert [problem.id for problem in check_kinds(None)] == ["kinds.E001"]
