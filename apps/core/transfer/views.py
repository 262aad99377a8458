"""Export of a list; import: template, upload, progress, result."""

from __future__ import annotations

from typing import IO, Any, Final

import structlog
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from apps.core.access.actions import Action
from apps.core.kinds.listing import Listing
from apps.core.kinds.views.base import KindView
from apps.core.transfer import exporting, services, templates
from apps.core.transfer.documents import FIRST
from apps.core.transfer.jobs import work
from apps.core.transfer.layout import Layout
from apps.core.transfer.models import ImportRun, ImportState, Mode
from apps.core.transfer.spreadsheets import MIME
from engine.exceptions import InvalidData

RECENT: Final = 5
SHOWN: Final = 200  # errors on the page; the file to put right has all
log = structlog.get_logger(__name__)


def spreadsheet(file: IO[bytes], name: str) -> FileResponse:
    """A file to save, called so."""
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=MIME)


class ExportPage(KindView):
    """The list as it is shown, or selected rows of it, as a spreadsheet."""

    action = Action.EXPORT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self._export(Listing(self.kind, self.rights, request.GET), ())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """The rows `pk`."""
        chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdecimal()]
        if not chosen:
            raise InvalidData(_("Choose some rows first."))
        return self._export(Listing(self.kind, self.rights, request.GET), chosen)

    def _export(self, listing: Listing, chosen: Any) -> HttpResponseBase:
        name = f"{self.kind.label_plural} {timezone.localdate():%Y-%m-%d}"
        return spreadsheet(exporting.export(listing, chosen), name)


class ImportKindView(KindView):
    """A page about imports."""

    action = Action.IMPORT

    def run(self, pk: int) -> ImportRun:
        return services.find_run(kind=self.kind, pk=pk, rights=self.rights)

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        shown = {"kind": self.kind, "place": _("Import"), "breadcrumbs": self.trail(), **context}
        return render(self.request, f"core/transfer/{template}", shown, status=status)


class ImportPage(ImportKindView):
    """The way to import, and the upload."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._form(request, Mode.ALL)

    def post(self, request: HttpRequest) -> HttpResponse:
        upload, mode = request.FILES.get("file"), request.POST.get("mode", "")
        if mode not in Mode.values:
            mode = Mode.ALL
        if upload is None or upload.file is None:
            return self._form(request, Mode(mode), _("Choose a file first."))
        try:
            run = services.start_import(
                kind=self.kind,
                name=upload.name or "",
                file=upload.file,
                mode=Mode(mode),
                rights=self.rights,
            )
        except InvalidData as error:
            return self._form(request, Mode(mode), str(error))
        if run.total <= services.AT_ONCE:
            services.run_import(run.pk)
        else:
            _wake()
        return redirect(reverse("transfer:run", args=[self.kind, run.pk]))

    def _form(self, request: HttpRequest, mode: Mode, error: str = "") -> HttpResponse:
        runs = ImportRun.objects.filter(user_id=self.rights.user, kind=self.kind.key)
        context = {
            "modes": [(each, each == mode) for each in Mode],
            "error": error,
            "recent": runs.defer("rows", "errors").order_by("-pk")[:RECENT],
        }
        return self.page("import.html", context, 422 if error else 200)


class TemplatePage(ImportKindView):
    """The spreadsheet to fill in."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        name = _("%(kind)s (template)") % {"kind": self.kind.label_plural}
        return spreadsheet(templates.template(Layout(self.kind, self.rights)), name)


class RunPage(ImportKindView):
    """How far an import has come, and its result."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self.run(pk)
        waiting = run.state == ImportState.WAITING
        context = {
            "run": run,
            "waiting": waiting,
            "unknown": [] if waiting else services.sheet_of(run, self.rights).unknown,
            "progress": services.progress(run),
            "errors": run.errors[:SHOWN],
            "more": max(0, len(run.errors) - SHOWN),
        }
        return self.page("_run.html" if request.htmx else "run.html", context)  # type: ignore[attr-defined]


class CorrectionPage(ImportKindView):
    """The rows that were not taken, with what is wrong."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        run = self.run(pk)
        texts: dict[int, list[str]] = {}
        for row, column, text in run.errors:
            said = _("%(column)s: %(text)s") % {"column": column, "text": text} if column else text
            texts.setdefault(row, []).append(said)
        sheet = services.sheet_of(run, self.rights)
        kept = {
            number
            for entry in sheet.entries
            if run.state == ImportState.REFUSED or texts.keys() & set(entry.rows)
            for number in entry.rows
        }
        rows = (
            (cells, _("; ").join(texts.get(number, ())))
            for number, cells in enumerate(run.rows[1:], start=FIRST)
            if number in kept
        )
        return spreadsheet(
            templates.correction(sheet.layout, run.rows[0], rows), run.name.removesuffix(".xlsx")
        )


def _wake() -> None:
    """Tell a worker. Never fails: the sweeper finds what a lost message would wake."""
    try:
        work.apply_async(retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("wake_failed", error=str(error))
