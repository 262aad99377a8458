"""What may be deployed: the linter guards the door, for the files and for what they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from engine.bpmn import linter, sandbox
from engine.bpmn.findings import Finding, Report
from engine.bpmn.known import Known
from engine.bpmn.references import References, find_references
from engine.exceptions import InvalidDefinition
from engine.models import Deployment, Resource


def require_sound(
    files: Mapping[str, bytes],
    in_force: Mapping[str, Resource],
    *,
    source: Deployment.Source,
    until: float,
) -> None:
    """Raises InvalidDefinition (element, line, file) for the first error that the linter finds in
    `files`; `data["findings"]` has all of them.

    What comes with the product is whole in itself; where a process administrator has changed a part
    of it, that mustn't keep the rest from being renewed."""
    if source == Deployment.Source.SHIPPED:
        _refuse(linter.check(files, _known(in_force)).errors)
        return
    judgement = judge(files, in_force, until=until)
    _refuse([*judgement.report.errors, *judgement.worse])


@dataclass(frozen=True, slots=True)
class Judgement:
    """What would become of files if they were deployed now: the report on themselves, and what
    would become worse in files that are in force."""

    report: Report
    worse: tuple[Finding, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether they may be deployed."""
        return self.report.runs and not self.worse


def judge(
    files: Mapping[str, bytes], in_force: Mapping[str, Resource], *, until: float | None = None
) -> Judgement:
    """What the linter says of files that didn't come with the product, read in a limited child,
    together with what they call, what calls them and whatever those need of what is in force (by
    key). There nothing may become worse than it is, not by a warning either: who changes a called
    process or a table doesn't see the diagrams that rely on it.

    Both readings end `until` then (`monotonic`), else within `sandbox.SECONDS`: what can't be read
    in that time is too costly."""
    until = monotonic() + sandbox.SECONDS if until is None else until
    known = _known(in_force)
    beside, replaced = _touched(files, in_force)
    report = sandbox.check({**files, **beside}, known, until=until)
    worse = [finding for finding in report.findings if finding.file in beside]
    if worse:
        before = sandbox.check({**replaced, **beside}, known, until=until)
        if sandbox.was_too_costly(before):
            return Judgement(sandbox.too_costly(files))
        was_so = {_said(finding) for finding in before.findings}
        worse = [finding for finding in worse if _said(finding) not in was_so]
    return Judgement(report.about(files), tuple(worse))


def _known(in_force: Mapping[str, Resource]) -> Known:
    known = Known.from_registries()
    for key, resource in in_force.items():
        known = known.with_deployed(key, is_decision=resource.name.endswith(".dmn"))
    return known


def _touched(
    files: Mapping[str, bytes], in_force: Mapping[str, Resource]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Files in force that `files` touch, and those that they replace. Nothing for a file that can't
    be read: the linter says why."""
    try:
        uploaded = [find_references(name, content) for name, content in files.items()]
    except InvalidDefinition:
        return {}, {}
    references = {
        key: find_references(resource.name, bytes(resource.content))
        for key, resource in in_force.items()
    }
    references |= {one.key: one for one in uploaded}
    changed = {one.key for one in uploaded}
    touched = _needed(_callers(changed, references), references)
    return (
        {_name(in_force[key], files): bytes(in_force[key].content) for key in touched - changed},
        {in_force[key].name: bytes(in_force[key].content) for key in changed & in_force.keys()},
    )


def _name(resource: Resource, files: Mapping[str, bytes]) -> str:
    """A name that no uploaded file has."""
    return resource.name if resource.name not in files else f"{resource.key}/{resource.name}"


def _callers(keys: set[str], references: Mapping[str, References]) -> set[str]:
    """`keys`, and all that call or decide by them, at whatever depth."""
    found, count = set(keys), 0
    while len(found) > count:
        count = len(found)
        found |= {key for key, one in references.items() if one.needs & found}
    return found


def _needed(keys: set[str], references: Mapping[str, References]) -> set[str]:
    """`keys`, and all that they need; what doesn't exist is left to the linter."""
    found, count = set(keys), 0
    while len(found) > count:
        count = len(found)
        needs = [references[key].needs for key in found]
        found = found.union(*needs) & references.keys()
    return found


def _said(finding: Finding) -> tuple[str, str, str]:
    return finding.file, finding.element, finding.message


def _refuse(findings: Sequence[Finding]) -> None:
    if not findings:
        return
    first = findings[0]
    raise InvalidDefinition(
        str(first.message),
        element=first.element,
        line=first.line,
        file=first.file,
        findings=[finding.as_dict() for finding in findings],
    )
