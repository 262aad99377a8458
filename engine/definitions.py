"""Deploying diagrams and finding what can be started.

A file is kept byte for byte as a `Resource`; a process together with everything it calls and
decides is compiled into a `ProcessDefinition`. An instance keeps its definition, so a called
process or a table that changes later makes new versions of its callers and touches nothing that
runs.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import admission
from engine.bpmn import sandbox
from engine.bpmn.references import References, find_references
from engine.database import execute
from engine.exceptions import InvalidDefinition, NotFound
from engine.models import Deployment, ProcessDefinition, Resource
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
    the first error; `data["findings"]` has all of them.
    """
    with transaction.atomic():
        execute(ALONE, [DEPLOYMENT_LOCK])
        in_force = {resource.key: resource for resource in newest_resources()}
        admission.require_sound(files, in_force, source=source)
        result = Deployed()
        deployment = Deployment(
            source=source, deployed_by=by, deployed_at=now or timezone.now(), note=note
        )
        references = {name: find_references(name, content) for name, content in files.items()}
        for name, content in files.items():
            _take(name, content, references[name].key, deployment, in_force, result)
        if result.changed:
            result.deployment = deployment
            _make_definitions(deployment, in_force, result)
        return result


def _take(
    name: str,
    content: bytes,
    key: str,
    deployment: Deployment,
    in_force: dict[str, Resource],
    result: Deployed,
) -> None:
    checksum = hashlib.sha256(content).hexdigest()
    current = in_force.get(key)
    if current is not None and current.checksum == checksum:
        result.unchanged.append(key)
    elif (
        current is not None
        and deployment.source == Deployment.Source.SHIPPED
        and current.deployment.source == Deployment.Source.ADMIN
    ):
        result.kept.append(key)
    else:
        if deployment.pk is None:
            deployment.save()
        in_force[key] = Resource.objects.create(
            key=key, name=name, checksum=checksum, content=content, deployment=deployment
        )
        result.changed.append(key)


def _make_definitions(
    deployment: Deployment, in_force: dict[str, Resource], result: Deployed
) -> None:
    references = {
        key: find_references(resource.name, bytes(resource.content))
        for key, resource in in_force.items()
    }
    latest = {definition.key: definition for definition in latest_definitions()}
    for key, found in sorted(references.items()):
        if found.is_decision or not found.executable:
            continue
        needed = _closure(key, references)
        if not needed & set(result.changed):
            continue
        resources = [in_force[name] for name in sorted(needed)]
        checksum = _bundle_checksum(resources)
        if key in latest and latest[key].checksum == checksum:
            continue
        result.made.append(_make_definition(key, resources, checksum, latest.get(key), deployment))


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
    key: str,
    resources: list[Resource],
    checksum: str,
    before: ProcessDefinition | None,
    deployment: Deployment,
) -> ProcessDefinition:
    files = {resource.name: bytes(resource.content) for resource in resources}
    stored = compiler_of(deployment)(key, files)
    process = load_process(stored, checksum)
    definition = ProcessDefinition.objects.create(
        key=key,
        version=before.version + 1 if before else 1,
        checksum=checksum,
        name=process.name("zh-hans"),
        name_en=process.name("en"),
        compiled=zlib.compress(stored),
        deployment=deployment,
        suspended=before is not None and before.suspended,
    )
    definition.resources.set(resources)
    return definition


def compiler_of(deployment: Deployment) -> Callable[[str, Mapping[str, bytes]], bytes]:
    """What didn't come with the product is compiled in a limited child."""
    shipped = deployment.source == Deployment.Source.SHIPPED
    return compile_process if shipped else sandbox.compile_process


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
