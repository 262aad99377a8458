"""`manage.py check_process FILE…`: what of these diagrams runs, what doesn't, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.bpmn import sandbox
from engine.bpmn.findings import Finding, Report, Verdict
from engine.bpmn.known import Known
from engine.bpmn.reading import MAX_BYTES
from engine.bpmn.references import find_references
from engine.exceptions import InvalidDefinition


class Command(BaseCommand):
    """Files that call or decide by each other are given together; other processes and tables are
    looked for beside them, in the same folder. Ends with 1 where something keeps them from being
    deployed."""

    requires_system_checks = ()  # they read the shipped diagrams: this is how to find out more
    help = "Say of each element of BPMN and DMN files what runs, what doesn't and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=("text", "json"), default="text", dest="format")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["files"]
        report = sandbox.check(_read(paths), _known(paths))
        if options["format"] == "json":
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            for line in self._lines(report):
                self.stdout.write(line)
        if not report.runs:
            raise SystemExit(1)

    def _lines(self, report: Report) -> Iterator[str]:
        findings: dict[tuple[str, int | None, str], list[Finding]] = {}
        for finding in report.findings:
            findings.setdefault(_spot(finding), []).append(finding)
        file = ""
        for element in report.elements:
            if element.place.file != file:
                file = element.place.file
                yield self.style.MIGRATE_HEADING(file)
            place = element.place
            yield self._element(place.line, place.element_type, place.label, element.verdict)
            for finding in findings.pop((place.file, place.line, place.element), ()):
                yield self._finding(finding)
        for rest in findings.values():  # of files that can't be read at all
            for finding in rest:
                yield f"{finding.file}:{finding.line or 1}"
                yield self._finding(finding)
        yield _summary(report)

    def _element(self, line: int | None, kind: str, label: str, verdict: Verdict) -> str:
        style = self.style.SUCCESS if verdict is Verdict.RUNS else self.style.ERROR
        return f"{line or '':>6}  {kind:<24} {label}: {style(str(verdict.label))}"

    def _finding(self, finding: Finding) -> str:
        style = self.style.WARNING if finding.level == "warning" else self.style.ERROR
        return f"{'':>8}{style(finding.code)}: {finding.message}"


def _read(paths: list[Path]) -> dict[str, bytes]:
    """Contents by the names of the files, or by their paths where several have the same name."""
    times = Counter(path.name for path in paths)
    return {path.name if times[path.name] == 1 else str(path): _content(path) for path in paths}


def _content(path: Path) -> bytes:
    """What a file holds; of one that is too large no more than shows it."""
    try:
        if path.exists() and not path.is_file():
            raise CommandError(_("%(path)s is no file.") % {"path": path})
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error


def _known(paths: list[Path]) -> Known:
    """What the apps have registered, and what lies beside the files or is shipped."""
    known = Known.from_registries()
    folders = {path.parent for path in paths} | set(Path(settings.ENGINE_PROCESSES).glob("*"))
    for path in (found for folder in folders for found in folder.glob("*")):
        if path in paths or path.suffix not in (".bpmn", ".dmn"):
            continue
        try:
            references = find_references(path.name, _content(path))
        except (InvalidDefinition, CommandError):
            continue  # not asked about
        known = known.with_deployed(references.key, is_decision=references.is_decision)
    return known


def _spot(finding: Finding) -> tuple[str, int | None, str]:
    return finding.file, finding.line, finding.element


def _summary(report: Report) -> str:
    errors, warnings = len(report.errors), len(report.warnings)
    counted = [
        ngettext("%(count)d error", "%(count)d errors", errors) % {"count": errors},
        ngettext("%(count)d warning", "%(count)d warnings", warnings) % {"count": warnings},
    ]
    verdict = _("can be deployed") if report.runs else _("can't be deployed")
    return f"{verdict}: {', '.join(counted)}"
