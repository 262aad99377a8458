"""System checks: the shipped diagrams name only what the apps bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from engine.bpmn.findings import Finding
from engine.bpmn.known import Known
from engine.bpmn.linter import check
from engine.definitions import shipped_files

MENDED_WHEN_SHIPPED: Final = frozenset({"decision_unknown", "name_en_missing", "end_without_name"})
"""Warnings that a diagram of one's own may live with, but not one that is shipped."""


@register("engine")
def check_shipped_processes(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Read `ENGINE_PROCESSES` and report whatever keeps a diagram or table from being deployed."""
    report = check(shipped_files(), Known.from_registries())
    return [_error(finding) for finding in report.findings if _counts(finding)]


def _counts(finding: Finding) -> bool:
    return finding.level == "error" or finding.code in MENDED_WHEN_SHIPPED


def _error(finding: Finding) -> Error:
    place = f"{finding.file}:{finding.line or 1}"
    return Error(f"{place}: {finding.message}", obj=None, id=f"engine.{finding.code}")
