"""Storing files of any tool: what runs and what doesn't, repaired step by step until it does.

A version is never changed: an upload, a repair and a return to an earlier version each make a new
one. What a file is worth depends on what is in force beside it, so it is judged when it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import admission, definitions
from engine.bpmn import repairs, sandbox
from engine.bpmn.findings import Finding, Report
from engine.bpmn.model import Diagram, Element
from engine.bpmn.reading import DMN, namespace, read
from engine.bpmn.tables import Table
from engine.exceptions import Conflict, InvalidDefinition, NotAllowed, NotFound, WrongState
from engine.models import FileVersion, Resource, StoredFile
from engine.organisation import organisation

UNREADABLE: Final = frozenset({"unreadable", "too_costly", "file_type"})
"""Findings of files that can't be stored: nothing could be shown of them."""
KEPT: Final = 600  # seconds that a judgement is kept
XML: Final = (".bpmn20.xml", ".bpmn.xml", ".xml")
"""What other tools call their files."""

Origin = FileVersion.Origin
Spot = tuple[str, int | None, str]  # code, line and element of a finding


def store(name: str, content: bytes, *, by: int, now: datetime | None = None) -> FileVersion:
    """Keep a file as it is. One of the same name and process gets a new version, unless its newest
    has the same bytes. Raises InvalidDefinition (line, file) for what can't be read."""
    name = _stored_name(name, content)
    judgement = admission.judge({name: content}, _in_force())  # the child reads it first
    for finding in judgement.report.findings:
        if finding.code in UNREADABLE:
            raise InvalidDefinition(finding.message, element="", line=finding.line, file=name)
    main = _main_element(name, content)
    with transaction.atomic():
        file, _made = StoredFile.objects.get_or_create(name=name, key=main.id[:100])
        last = _lock(file.pk)
        if last is not None and last.checksum == hashlib.sha256(content).hexdigest():
            return last
        if main.name and file.title != main.name[:200]:
            file.title = main.name[:200]
            file.save(update_fields=["title"])
        return _add(file, content, Origin.UPLOADED, by=by, now=now)


def _stored_name(name: str, content: bytes) -> str:
    """The name with the ending that everything here goes by."""
    lower = name.lower()
    known = next((ending for ending in XML if lower.endswith(ending)), "")
    if known:
        name = f"{name[: -len(known)]}.{'dmn' if _is_decision(content) else 'bpmn'}"
    stem, dot, ending = name.rpartition(".")
    return f"{stem}{dot}{ending.lower()}"[-120:]


def _is_decision(content: bytes) -> bool:
    try:
        return namespace(read(content)) in DMN
    except InvalidDefinition:
        return False  # why, the judgement says


def _main_element(name: str, content: bytes) -> Element:
    """The first process or decision, or the root of a file that has none."""
    if name.lower().endswith(".dmn"):
        table = Table(content, name)
        return table.decision or table.element
    diagram = Diagram(content, name)
    return next(iter(diagram.processes), diagram.element)


def judge(version: FileVersion) -> admission.Judgement:
    """What would become of this version if it were deployed now. Kept for as long as nothing else
    is deployed; texts are made when they are read."""
    in_force = _in_force()
    beside = "".join(f"{key}:{row.checksum};" for key, row in sorted(in_force.items()))
    key = f"judgement:{version.checksum}:{hashlib.sha256(beside.encode()).hexdigest()}"
    if (kept := cache.get(key)) is not None:
        worse = tuple(Finding.from_dict(finding) for finding in kept["worse"])
        return admission.Judgement(Report.from_dict(kept["report"]), worse)
    found = admission.judge({version.file.name: bytes(version.content)}, in_force)
    if not sandbox.was_too_costly(found.report):  # perhaps only because much else was going on
        worse_data = [finding.as_dict() for finding in found.worse]
        cache.set(key, {"report": found.report.as_dict(), "worse": worse_data}, KEPT)
    return found


def _in_force() -> dict[str, Resource]:
    return {resource.key: resource for resource in definitions.newest_resources()}


def repair(
    file: int, *, seen: int, spots: Iterable[Spot] | None, by: int, now: datetime | None = None
) -> FileVersion:
    """A new version with the repairs that the linter offers at these spots, or all of them (None).
    `seen` is the number of the version that was looked at. Raises Conflict where there is a newer
    one, WrongState where nothing is offered there."""

    def mended(version: FileVersion) -> tuple[bytes, str]:
        wanted = None if spots is None else set(spots)
        offered = [
            finding
            for finding in judge(version).report.findings
            if finding.repair is not None and (wanted is None or spot_of(finding) in wanted)
        ]
        content = repairs.apply(
            bytes(version.content), [one.repair for one in offered if one.repair], version.file.name
        )
        if not offered:
            raise WrongState(_("No repair is offered there any more."))
        return content, ", ".join(dict.fromkeys(one.element for one in offered))[:500]

    return _change(file, seen, mended, Origin.REPAIRED, by=by, now=now)


def restore(
    file: int, *, number: int, seen: int, by: int, now: datetime | None = None
) -> FileVersion:
    """A new version with the bytes of an earlier one. Raises Conflict, NotFound."""

    def earlier(version: FileVersion) -> tuple[bytes, str]:
        return bytes(find(file, number).content), f"v{number}"

    return _change(file, seen, earlier, Origin.RESTORED, by=by, now=now)


def spot_of(finding: Finding) -> Spot:
    """Tells findings of one file apart."""
    return finding.code, finding.line, finding.element


def find(file: int, number: int | None = None) -> FileVersion:
    """That version of a file, or its newest. Raises NotFound."""
    rows = FileVersion.objects.filter(file=file).select_related("file", "deployment")
    rows = rows if number is None else rows.filter(number=number)
    found = rows.order_by("-number").first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def newest() -> list[FileVersion]:
    """Of every stored file the newest version, without its bytes; the latest change first."""
    rows = FileVersion.objects.filter(file=OuterRef("file")).order_by("-number").values("pk")[:1]
    found = FileVersion.objects.filter(pk=Subquery(rows)).select_related("file")
    return list(found.defer("content").order_by("-made_at", "-pk"))


def lock_newest(file: int, seen: int) -> FileVersion:
    """The newest version of a file, held until the end of the transaction. Raises Conflict where it
    isn't the one that was seen, NotFound."""
    last = _lock(file)
    if last is None:
        raise NotFound(_("There is no such file."))
    if last.number != seen:
        raise Conflict(
            _("%(name)s has made a newer version of this file at %(time)s; open it again.")
            % {
                "name": organisation().names([last.made_by]).get(last.made_by, "?"),
                "time": timezone.localtime(last.made_at).strftime("%H:%M"),
            },
            by=last.made_by,
            at=last.made_at,
        )
    return last


def require_second_person(version: FileVersion, by: int) -> None:
    """Raises NotAllowed for whoever made this version or one before it."""
    made = FileVersion.objects.filter(file=version.file_id, number__lte=version.number, made_by=by)
    if made.exists():
        raise NotAllowed(_("Somebody else deploys a file than those who uploaded or repaired it."))


def _change(
    file: int,
    seen: int,
    change: Callable[[FileVersion], tuple[bytes, str]],
    origin: Origin,
    *,
    by: int,
    now: datetime | None,
) -> FileVersion:
    with transaction.atomic():
        last = lock_newest(file, seen)
        content, note = change(last)
        return _add(last.file, content, origin, note=note, by=by, now=now)


def _lock(file: int) -> FileVersion | None:
    """The newest version; whoever changes the file meanwhile waits."""
    StoredFile.objects.select_for_update().filter(pk=file).first()
    rows = FileVersion.objects.filter(file=file).select_related("file")
    return rows.order_by("-number").first()


def _add(
    file: StoredFile,
    content: bytes,
    origin: Origin,
    *,
    by: int,
    now: datetime | None,
    note: str = "",
) -> FileVersion:
    last = file.versions.order_by("-number").values_list("number", flat=True).first()
    return FileVersion.objects.create(
        file=file,
        number=(last or 0) + 1,
        content=content,
        checksum=hashlib.sha256(content).hexdigest(),
        origin=origin,
        note=note,
        made_by=by,
        made_at=now or timezone.now(),
    )
