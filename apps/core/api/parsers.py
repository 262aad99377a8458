"""How bodies are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

DEEPEST = 50  # levels of lists and objects: what walks through them calls itself


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
            return read_json(body)
        except ValueError as error:
            reason = {"reason": error}
            raise ParseError(_("The body is no valid JSON: %(reason)s") % reason) from error


def read_json(text: bytes | str) -> Any:
    """JSON as the database can keep it; raises ValueError."""
    found = orjson.loads(text)
    if _is_deeper(found, DEEPEST):
        raise ValueError("too deep")
    return found


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects lie deeper in each other than that."""
    level = [value]
    for _number in range(depth):
        level = [
            item for outer in level if isinstance(outer, dict | list) for item in _items(outer)
        ]
        if not level:
            return False
    return True


def _items(outer: Mapping[str, Any] | list[Any]) -> Iterable[Any]:
    return outer.values() if isinstance(outer, Mapping) else outer
