"""How bodies are read."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class TooLarge(APIException):
    """The body is longer than the server reads."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class JSONParser(BaseParser):
    """JSON as the database can keep it: UTF-8, no lone surrogates, no NaN, of limited length."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge(_("The body is longer than %(most)s bytes.") % {"most": most})
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(
                _("The body is no valid JSON: %(reason)s") % {"reason": error}
            ) from error
