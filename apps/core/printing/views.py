"""A record on paper: a page for the browser to print, and the same as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.attachments.reading import counts
from apps.core.inbox import trail
from apps.core.kinds.showing import Sheet
from apps.core.kinds.views.pages import RecordPage, cases_of
from apps.core.parameters.parameters import COMPANY_NAME
from apps.core.printing.pdf import PdfUnavailable, as_pdf
from apps.core.printing.signatures import signatures_of
from engine.models import TrailEvent

WIDE: Final = 13  # more columns than these: the paper lies on its side
DENSE: Final = 8  # more than these: smaller letters
PRINTED: Final = frozenset(
    {
        TrailEvent.STARTED,
        TrailEvent.TASK_COMPLETED,
        TrailEvent.SENT_BACK,
        TrailEvent.TERMINATED,
        TrailEvent.COMPLETED,
    }
)
"""What of the trail is said on paper: who decided what, and when."""


class PrintPage(RecordPage):
    """The page that the browser prints. An app's own `<app>/<model>/print.html` comes first."""

    action = Action.PRINT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, self.template(), self.printed(pk))

    def template(self) -> str:
        meta = self.kind.model._meta
        names = [f"{meta.app_label}/{meta.model_name}/print.html", "core/printing/print.html"]
        name: str = select_template(names).template.name
        return name

    def printed(self, pk: int) -> dict[str, Any]:
        """What is on the paper; raises NotFound, NotAllowed."""
        record, kind = self.find(pk), self.kind
        kind.require(self.rights, Action.PRINT, record)
        sheet = Sheet(kind, record, self.rights)
        tables = [table.without_empty_columns() for table in sheet.tables if table.rows]
        widest = max((len(table.columns) for table in tables), default=0)
        return {
            "kind": kind,
            "record": record,
            "title": kind.title(record),
            "firm": COMPANY_NAME.value() or getattr(self.request, "account_set", ""),
            "unapproved": not counts(kind, record),
            "sheet": sheet,
            "tables": tables,
            "wide": widest > WIDE,
            "dense": WIDE >= widest > DENSE,
            "trail": signed(list(self.decisions(record))),
            "now": timezone.now(),
            "pdf_url": reverse("printing:pdf", args=[kind, pk]),
        }

    def decisions(self, record: Any) -> Iterator[trail.Line]:
        """Who decided what in all its cases, the first first."""
        if self.kind.approval is None:
            return
        for case in reversed(list(cases_of(record.business_key))):
            yield from (line for line in reversed(trail.lines(case)) if line.entry.event in PRINTED)


def signed(lines: list[trail.Line]) -> list[tuple[trail.Line, str]]:
    """Lines with the signature of whoever decided there, "" where there is none."""
    deciders = [
        line.entry.actor if line.entry.event == TrailEvent.TASK_COMPLETED else None
        for line in lines
    ]
    pictures = signatures_of({user for user in deciders if user is not None})
    return [
        (line, pictures.get(user, "") if user is not None else "")
        for line, user in zip(lines, deciders, strict=True)
    ]


class PdfPage(PrintPage):
    """The same as PDF; where that can't be made, the page and what to install."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = self.printed(pk) | {"pdf": True}
        html = select_template([self.template()]).render(context, request)
        try:
            body = as_pdf(html)
        except PdfUnavailable as error:
            messages.warning(request, str(error))
            return redirect(reverse("printing:page", args=[self.kind, pk]))
        name = _("%(kind)s %(number)s") % {"kind": self.kind.label, "number": context["record"]}
        answer = HttpResponse(body, content_type="application/pdf")
        disposition = content_disposition_header(True, f"{name}.pdf")
        answer.headers["Content-Disposition"] = disposition or "attachment"
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
