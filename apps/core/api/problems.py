"""Errors as `application/problem+json` (RFC 9457): a stable `code` for programs, a `detail` for
people, never a trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions as rest
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core.inbox.wording import names_of
from engine import exceptions as engine

CONTENT_TYPE: Final = "application/problem+json"

_STATUS: Final[tuple[tuple[type[engine.EngineError], HTTPStatus], ...]] = (
    (engine.NotFound, HTTPStatus.NOT_FOUND),
    (engine.NotAllowed, HTTPStatus.FORBIDDEN),
    (engine.WrongState, HTTPStatus.CONFLICT),
    (engine.EngineError, HTTPStatus.UNPROCESSABLE_ENTITY),
)
_CODES: Final[Mapping[int, str]] = {
    400: "invalid_request",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    503: "unavailable",
}

log = structlog.get_logger(__name__)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None for what nobody foresaw: that becomes a 500 elsewhere."""
    if isinstance(error, engine.EngineError):
        problem = of_engine(error)
    elif isinstance(error, Http404):
        problem = make(404, detail=_("There is nothing here."))
    elif isinstance(error, PermissionDenied):
        problem = make(403, detail=_("You may not do this."))
    elif isinstance(error, rest.APIException):
        problem = _of_rest(error)
    else:
        return None
    set_rollback()
    response = Response(problem, status=problem["status"], content_type=CONTENT_TYPE)
    header = getattr(error, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    return response


def make(status: int, *, code: str = "", detail: str = "", **data: Any) -> dict[str, Any]:
    """A problem. `data` are further members."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code or _CODES.get(int(status), "error"),
        "detail": detail,
        **data,
    }


def of_engine(error: engine.EngineError) -> dict[str, Any]:
    """The problem that an error of the engine is. Who was faster is named."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    data = {name: _plain(value) for name, value in error.data.items() if name not in _OWN}
    if isinstance(error, engine.Conflict):
        by = error.data.get("by")
        name = names_of([by]).get(by) if by is not None else None
        data["by"] = None if by is None else {"id": by, "name": name}
        data["at"] = _plain(error.data.get("at"))
    return make(status, code=error.code, detail=detail_of(error), **data)


def of_code(code: str, detail: str) -> dict[str, Any]:
    """The problem that an error of the engine was, of which code and words are kept."""
    kinds = {kind.code: kind for kind in (engine.NotFound, engine.NotAllowed, *_CONFLICTS)}
    status = next(status for kind, status in _STATUS if issubclass(kinds.get(code, _OTHER), kind))
    if code == engine.OperationFailed.code:
        detail = _("This failed; nothing was changed. Tell an administrator.")
    return make(status, code=code, detail=detail)


_OTHER: Final = engine.EngineError
_CONFLICTS: Final = (engine.WrongState, engine.Conflict, engine.NothingCaught)
_OWN: Final = frozenset({"type", "title", "status", "code", "detail", "task_id"})


def detail_of(error: engine.EngineError) -> str:
    """What a person may read. A failure of our own code is told without its inner words."""
    if isinstance(error, engine.OperationFailed) and not isinstance(
        error.__cause__, engine.EngineError | None
    ):
        log.error("operation_failed", exc_info=error, **error.data)
        return _("“%(operation)s” failed; nothing was changed. Tell an administrator.") % {
            "operation": error.data.get("operation", "")
        }
    return str(error)


def _of_rest(error: rest.APIException) -> dict[str, Any]:
    if isinstance(error, rest.ValidationError):
        return make(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code=engine.InvalidData.code,
            detail=_("Some of what was sent is not acceptable."),
            errors=_errors(error.detail),
        )
    return make(error.status_code, detail=str(error.detail))


def _errors(detail: Any) -> Any:
    if isinstance(detail, Mapping):
        return {str(name): _errors(value) for name, value in detail.items()}
    if isinstance(detail, list | tuple):
        return [_errors(value) for value in detail]
    return str(detail)


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return str(value)


def as_response(problem: Mapping[str, Any]) -> JsonResponse:
    """A problem outside of DRF's views."""
    return JsonResponse(problem, status=problem["status"], content_type=CONTENT_TYPE)


def server_error(reference: str) -> JsonResponse:
    """500, with a number to quote."""
    detail = _("Something went wrong here; nothing was changed. Please quote the number.")
    return as_response(make(500, code="server_error", detail=detail, reference=reference))
