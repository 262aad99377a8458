"""Adding, downloading and removing files. The list of them is a tab of their record."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access.doors import for_members
from apps.core.access.rights import rights_of
from apps.core.answers import refusals_as_pages
from apps.core.attachments import reading, services
from apps.core.attachments.models import Attachment
from apps.core.kinds.addresses import url_of_key
from engine.exceptions import EngineError, InvalidData, WrongState


@for_members
@require_POST
@refusals_as_pages
def add(request: HttpRequest, business_key: str) -> HttpResponse:
    """Add the files of the form, each by itself: one that can't be taken keeps no other away."""
    rights = rights_of(int(request.user.pk or 0))
    reading.find_record(business_key, rights)
    added, refused = 0, list[EngineError]()
    for upload in request.FILES.getlist("file"):
        try:
            services.add_attachment(
                business_key=business_key,
                category=request.POST.get("category", ""),
                name=upload.name or "",
                content=upload,
                rights=rights,
            )
        except (InvalidData, WrongState) as refusal:
            refused.append(refusal)
        else:
            added += 1
    if added:
        text = ngettext("%(number)s file added.", "%(number)s files added.", added)
        messages.success(request, text % {"number": added})
    for error in refused:
        messages.error(request, str(error))
    if not added and not refused:
        messages.warning(request, _("Choose a file first."))
    return _back(business_key)


@for_members
@require_safe
@refusals_as_pages
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file itself, for saving and never for showing."""
    rights = rights_of(int(request.user.pk or 0))
    return file_response(*services.open_attachment(pk=pk, rights=rights))


@for_members
@require_POST
@refusals_as_pages
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a file while its record may be changed."""
    rights = rights_of(int(request.user.pk or 0))
    attachment = services.remove_attachment(pk=pk, rights=rights)
    messages.success(request, _("“%(name)s” was removed.") % {"name": attachment.name})
    return _back(attachment.business_key)


def file_response(attachment: Attachment, content: object) -> FileResponse:
    """As an attachment of the type that was found in it, which browsers may not doubt; nothing in
    it may run or be shown within a page of ours."""
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _back(business_key: str) -> HttpResponse:
    return redirect(f"{url_of_key(business_key)}?tab=attachments")
