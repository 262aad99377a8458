"""Files that were brought in: explained, repaired, and deployed by somebody else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core import deploying
from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.answers import refusals_as_pages
from apps.core.deploying import DEPLOY, SUBJECT
from apps.core.diagrams.files import TABLE, Sheet, sheet_of
from apps.core.diagrams.views import drawing_response, file_response
from apps.core.inbox.elements import language
from apps.core.inbox.outline import parts_of
from apps.core.inbox.wording import names_of
from apps.core.shell.toasts import say
from apps.studio.verdicts import counted, drawn, judged, read_spot
from apps.studio.views.definitions import processes_page
from engine import files
from engine.bpmn.findings import Verdict
from engine.bpmn.reading import MAX_BYTES
from engine.exceptions import InvalidData, InvalidDefinition, NotAllowed
from engine.models import FileVersion


@require_POST
@requires(SUBJECT, Action.ADD)
def upload(request: HttpRequest) -> HttpResponse:
    """Store a file, whether it runs or not."""
    sent = request.FILES.get("file")
    if sent is None:
        return processes_page(request, problem=_("Choose a file first."))
    if (sent.size or 0) > MAX_BYTES:
        limit = _("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2}
        return processes_page(request, problem=limit)
    try:
        version = files.store(sent.name or "", sent.read(), by=_user(request))
    except InvalidDefinition as error:
        return processes_page(request, problem=_with_line(error))
    say(
        request,
        _("“%(name)s” is stored as version %(number)d.")
        % {"name": version.file.name, "number": version.number},
        then=_("Below is what of it runs, and what it lacks."),
    )
    return redirect("studio:file", version.file_id)


def _with_line(error: InvalidDefinition) -> str:
    line = error.data.get("line")
    where = _("(line %(line)d)") % {"line": line} if line else ""
    return f"{error} {where}".strip()


@require_safe
@requires(SUBJECT, Action.VIEW)
@refusals_as_pages
def file(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """One version of a file: what of it runs, and what to do about the rest."""
    return _file_page(request, files.find(pk, number))


def _file_page(request: HttpRequest, version: FileVersion, *, problem: str = "") -> HttpResponse:
    stored = version.file
    versions = list(stored.versions.defer("content").order_by("-number"))
    judgement, rights = files.judge(version), rights_of(_user(request))
    report, names = judgement.report, names_of(row.made_by for row in versions)
    newest = version.number == versions[0].number
    content = bytes(version.content)
    is_table = stored.name.endswith(TABLE)
    found = judged(report)
    context = {
        "place": stored.title or stored.name,
        "breadcrumbs": [(_("Processes"), reverse("studio:processes"))],
        "file": stored,
        "version": version,
        "newest": newest,
        "versions": [(row, names.get(row.made_by, "")) for row in versions],
        "runs": judgement.runs,
        "worse": judgement.worse,
        "lacking": [one for one in found if one.mark.verdict is not Verdict.RUNS],
        "remarked": [one for one in found if one.mark.verdict is Verdict.RUNS],
        "counted": counted(report),
        "verdicts": drawn(report),
        "repairs": sum(one.repair is not None for one in report.findings),
        "sheet": _sheet(version) if is_table else None,
        "parts": [] if is_table else parts_of([(stored.name, content)]),
        "drawing": None
        if is_table
        else reverse("studio:file_drawing", args=[stored.pk, version.number, language() or "en"]),
        "may_add": newest and rights.may(SUBJECT, Action.ADD),
        "may_deploy": newest and rights.may(SUBJECT, DEPLOY),
        "own": _is_own(version, _user(request)),
        "problem": problem,
    }
    return render(request, "studio/file.html", context, status=422 if problem else 200)


def _sheet(version: FileVersion) -> Sheet | None:
    try:
        return sheet_of(version.file.name, bytes(version.content), language())
    except InvalidDefinition:
        return None


def _is_own(version: FileVersion, user: int) -> bool:
    """Whether somebody else must deploy it."""
    try:
        deploying.require_second_person(version, by=user)
    except NotAllowed:
        return True
    return False


@require_safe
@requires(SUBJECT, Action.VIEW)
@refusals_as_pages
def original(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The bytes as they are stored."""
    found = files.find(pk, number)
    return file_response(found.file.name, bytes(found.content))


@require_safe
@requires(SUBJECT, Action.VIEW)
@refusals_as_pages
def drawing(request: HttpRequest, pk: int, number: int, language: str) -> HttpResponse:
    """The diagram for the viewer; laid out where the file has no drawing."""
    found = files.find(pk, number)
    return drawing_response(found.file.name, bytes(found.content), language)


@require_POST
@requires(SUBJECT, Action.ADD)
@refusals_as_pages
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry one repair out, or all that are offered."""
    spot = request.POST.get("spot", "")
    try:
        spots = [read_spot(spot)] if spot else None
    except ValueError as error:
        raise InvalidData(_("No repair is offered there any more.")) from error
    version = files.repair(pk, seen=_number(request, "seen"), spots=spots, by=_user(request))
    left = sum(one.repair is not None for one in files.judge(version).report.findings)
    more = ngettext("%(number)d repair is left.", "%(number)d repairs are left.", left)
    say(
        request,
        _("Version %(number)d holds the repair.") % {"number": version.number},
        then=more % {"number": left} if left else _("No repair is left to be done."),
    )
    return redirect("studio:file", pk)


@require_POST
@requires(SUBJECT, Action.ADD)
@refusals_as_pages
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Go back to an earlier version."""
    number = _number(request, "number")
    made = files.restore(pk, number=number, seen=_number(request, "seen"), by=_user(request))
    said = _("Version %(number)d is as version %(before)d was.")
    say(request, said % {"number": made.number, "before": number})
    return redirect("studio:file", pk)


@require_POST
@requires(SUBJECT, DEPLOY)
@refusals_as_pages
def deploy(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the newest version in force."""
    try:
        done = deploying.deploy_file(pk, seen=_number(request, "seen"), by=_user(request))
    except InvalidDefinition as error:
        return _file_page(request, files.find(pk), problem=_with_line(error))
    if not done.changed:
        say(request, _("Nothing has changed: these bytes are in force already."))
        return redirect("studio:file", pk)
    say(
        request,
        _("“%(name)s” is in force.") % {"name": files.find(pk).file.name},
        then=_("New cases go by it; cases under way keep their version."),
    )
    if done.made:
        return redirect("studio:definition", done.made[0].key)
    return redirect("studio:file", pk)


def _number(request: HttpRequest, name: str) -> int:
    try:
        return int(request.POST.get(name, ""))
    except ValueError as error:
        raise InvalidData(_("The page is out of date: open it again.")) from error


def _user(request: HttpRequest) -> int:
    return int(request.user.pk or 0)
