"""Deploying diagrams and finding what can be started.

A file is kept byte for byte as a `Resource`; a process together with everything it calls and
decides is compiled into a `ProcessDefinition`. An instance keeps its definition, so a called
process or a table that changes later makes new versions of its callers and touches nothing that
runs.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import admission
from engine.bpmn import sandbox
from engine.bpmn.references import References, find_references
from engine.database import execute
from engine.exceptions import Conflict, InvalidDefinition, NotFound
from engine.models import Deployment, ProcessDefinition, ProcessInstance, Resource
from engine.spiff import CompiledProcess, compile_process, load_process
from engine.spiff import Element as Element  # part of what `compiled` gives

DEPLOYMENT_LOCK = 7_310_442  # advisory: one deployment at a time in an account set
ALONE = "SELECT pg_advisory_xact_lock(%s::int, hashtext(current_schema()))"


@dataclass(slots=True)
class Deployed:
    """What a deployment did, by key of process or decision."""

    deployment: Deployment | None = None  # none where nothing has changed
    made: list[ProcessDefinition] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # files taken
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(
        default_factory=list
    )  # shipped, but a process administrator has changed it


def shipped_files(folder: Path | None = None) -> dict[str, bytes]:
    """File name → bytes of all diagrams and tables below `processes/`."""
    root = folder or settings.ENGINE_PROCESSES
    paths = sorted(path for path in root.rglob("*") if path.suffix in (".bpmn", ".dmn"))
    return {path.name: path.read_bytes() for path in paths}


def deploy(
    files: Mapping[str, bytes],
    *,
    source: Deployment.Source = Deployment.Source.ADMIN,
    by: int | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Deployed:
    """Take files in, all or none, and make a new version of every process that they change.

    Deploying the same bytes again changes nothing. With `source` shipped, a key that a process
    administrator has changed is kept as it is. Raises InvalidDefinition (element, line, file) for
    the first error; `data["findings"]` has all of them. What didn't come with the product is read
    in limited children, which together take no longer than `sandbox.SECONDS`; nothing is locked
    meanwhile. Raises Conflict where others deploy all that time.
    """
    until = monotonic() + sandbox.SECONDS
    while True:
        plan = _plan(files, source, until)
        deployment = Deployment(
            source=source, deployed_by=by, deployed_at=now or timezone.now(), note=note
        )
        with transaction.atomic():
            execute(ALONE, [DEPLOYMENT_LOCK])
            if plan.basis == dict(newest_resources().values_list("key", "pk")):
                return _write(plan, deployment)
        if monotonic() >= until:
            message = _("Somebody deploys something else at the moment; try again.")
            raise Conflict(message, by=None, at=None)


@dataclass(slots=True)
class _Compiled:
    """A definition to be made, with everything that it needs."""

    key: str
    resources: list[Resource]
    checksum: str
    stored: bytes


@dataclass(slots=True)
class _Plan:
    """What a deployment writes, worked out while nobody has to wait for it. It holds as long as
    `basis` (key → id of the file) is in force."""

    basis: dict[str, int]
    taken: list[Resource] = field(default_factory=list)  # not saved yet
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    compiled: list[_Compiled] = field(default_factory=list)


def _plan(files: Mapping[str, bytes], source: Deployment.Source, until: float) -> _Plan:
    """`until`: the moment (`monotonic`) when all has to have been looked at."""
    in_force = {resource.key: resource for resource in newest_resources()}
    plan = _Plan({key: resource.pk for key, resource in in_force.items()})
    admission.require_sound(files, in_force, source=source, until=until)
    for name, content in files.items():
        _take(name, content, source, in_force, plan)
    if plan.taken:
        _compile(source, in_force, plan, until)
    return plan


def _take(
    name: str,
    content: bytes,
    source: Deployment.Source,
    in_force: dict[str, Resource],
    plan: _Plan,
) -> None:
    key, checksum = find_references(name, content).key, hashlib.sha256(content).hexdigest()
    current = in_force.get(key)
    if current is not None and current.checksum == checksum:
        plan.unchanged.append(key)
    elif (
        current is not None
        and source == Deployment.Source.SHIPPED
        and current.deployment.source == Deployment.Source.ADMIN
    ):
        plan.kept.append(key)
    else:
        in_force[key] = Resource(key=key, name=name, checksum=checksum, content=content)
        plan.taken.append(in_force[key])


def _compile(
    source: Deployment.Source, in_force: Mapping[str, Resource], plan: _Plan, until: float
) -> None:
    references = {
        key: find_references(resource.name, bytes(resource.content))
        for key, resource in in_force.items()
    }
    latest = dict(latest_definitions().values_list("key", "checksum"))
    changed = {resource.key for resource in plan.taken}
    bundles: dict[str, list[Resource]] = {}
    for key, found in sorted(references.items()):
        if found.is_decision or not found.executable:
            continue
        needed = _closure(key, references)
        resources = [in_force[name] for name in sorted(needed)]
        if needed & changed and latest.get(key) != _bundle_checksum(resources):
            bundles[key] = resources
    names = Counter(resource.name for resource in in_force.values())
    contents = {
        key: {
            each.name if names[each.name] == 1 else f"{each.key}/{each.name}": bytes(each.content)
            for each in resources
        }
        for key, resources in bundles.items()
    }
    about = [resource.name for resource in plan.taken]
    stored = compile_files(contents, source, about=about, until=until)
    plan.compiled = [
        _Compiled(key, resources, _bundle_checksum(resources), stored[key])
        for key, resources in bundles.items()
    ]


def compile_files(
    bundles: Mapping[str, Mapping[str, bytes]],
    source: Deployment.Source,
    *,
    about: Sequence[str],
    until: float | None = None,
) -> dict[str, bytes]:
    """The stored form of processes, by key. What didn't come with the product is compiled in a
    limited child; `about`: files that are to blame where it gives no answer."""
    if source == Deployment.Source.SHIPPED:
        return {key: compile_process(key, files) for key, files in bundles.items()}
    return sandbox.compile_processes(bundles, about=about, until=until)


def _write(plan: _Plan, deployment: Deployment) -> Deployed:
    done = Deployed(unchanged=plan.unchanged, kept=plan.kept)
    if plan.taken:
        deployment.save()
        done.deployment = deployment
    for resource in plan.taken:
        resource.deployment = deployment
        resource.save()
        done.changed.append(resource.key)
    latest = {definition.key: definition for definition in latest_definitions()}
    for compiled in plan.compiled:
        done.made.append(_make_definition(compiled, latest.get(compiled.key), deployment))
    return done


def _closure(key: str, references: Mapping[str, References]) -> set[str]:
    """Keys of everything the process needs, itself included."""
    needed: set[str] = set()
    open_keys = [key]
    while open_keys:
        current = open_keys.pop()
        if current in needed:
            continue
        if current not in references:
            raise InvalidDefinition(
                _("“%(key)s” needs “%(missing)s”, which is not deployed.")
                % {"key": key, "missing": current}
            )
        needed.add(current)
        open_keys.extend(references[current].needs)
    return needed


def _bundle_checksum(resources: Iterable[Resource]) -> str:
    return hashlib.sha256("".join(f"{r.key}:{r.checksum};" for r in resources).encode()).hexdigest()


def _make_definition(
    compiled: _Compiled, before: ProcessDefinition | None, deployment: Deployment
) -> ProcessDefinition:
    process = load_process(compiled.stored, compiled.checksum)
    definition = ProcessDefinition.objects.create(
        key=compiled.key,
        version=before.version + 1 if before else 1,
        checksum=compiled.checksum,
        name=process.name("zh-hans"),
        name_en=process.name("en"),
        compiled=zlib.compress(compiled.stored),
        deployment=deployment,
        suspended=before is not None and before.suspended,
    )
    definition.resources.set(compiled.resources)
    return definition


def newest_resources() -> QuerySet[Resource]:
    """Of every key the file in force, with its deployment."""
    newest = Resource.objects.filter(key=OuterRef("key")).order_by("-id").values("id")[:1]
    return Resource.objects.filter(id=Subquery(newest)).select_related("deployment")


def latest_definitions() -> QuerySet[ProcessDefinition]:
    """Of every key the newest version, without its compiled form."""
    newest = (
        ProcessDefinition.objects.filter(key=OuterRef("key"))
        .order_by("-version")
        .values("version")[:1]
    )
    return (
        ProcessDefinition.objects.annotate(newest=Subquery(newest))
        .filter(version=F("newest"))
        .defer("compiled")
        .order_by("key")
    )


def used_definitions() -> QuerySet[ProcessDefinition]:
    """Of every key of which there are cases, and not only parts of such, the newest version."""
    cases = ProcessInstance.objects.filter(definition__key=OuterRef("key"))
    return latest_definitions().filter(Exists(cases))


def set_suspended(key: str, *, suspended: bool) -> None:
    """Whether `key` may be started, also in the versions to come; what runs goes on. Raises
    NotFound."""
    newest = latest_definitions().filter(key=key).values("pk")
    if not ProcessDefinition.objects.filter(pk__in=newest).update(suspended=suspended):
        raise NotFound(_("There is no process “%(key)s”.") % {"key": key})


@lru_cache(maxsize=512)
def compiled(definition: int, checksum: str) -> CompiledProcess:
    """The executable form of a definition, cached per process by its checksum (equal in all account
    sets)."""
    row = (
        ProcessDefinition.objects.filter(pk=definition, checksum=checksum)
        .values_list("compiled")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no process definition %(id)s.") % {"id": definition})
    return load_process(zlib.decompress(bytes(row[0])), checksum)
