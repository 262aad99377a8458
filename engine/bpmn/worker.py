"""The child of `engine.bpmn.sandbox`: one request on standard input, one answer on the output.

It limits itself before it reads anything, and knows neither the database nor the settings.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from typing import Any, Final

from django.apps import apps
from django.conf import settings

CPU_SECONDS: Final = 8
MEMORY_BYTES: Final = 1024**3
OPEN_FILES: Final = 64


def main() -> None:
    """Answer one request."""
    _limit()
    request = json.load(sys.stdin)
    settings.configure(
        USE_I18N=True,
        LANGUAGE_CODE=request["language"],
        LANGUAGES=[(code, code) for code in request["languages"]],
        LOCALE_PATHS=request["locale_paths"],
        INSTALLED_APPS=[],
    )
    apps.populate(())  # for translations; `django.setup` would read what answers requests, too
    files = {name: base64.b64decode(content) for name, content in request["files"].items()}
    answer = _compile(request, files) if request["task"] == "compile" else _check(request, files)
    json.dump(answer, sys.stdout)


def _limit() -> None:
    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


# The modules are imported where they are used: they need settings, and those come with the request.
def _check(request: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    from engine.bpmn.known import Known
    from engine.bpmn.linter import check

    return check(files, Known.from_dict(request["known"])).as_dict()


def _compile(request: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    from engine.exceptions import InvalidDefinition
    from engine.spiff import compile_process

    stored = {}
    for key, names in request["bundles"].items():
        try:
            compiled = compile_process(key, {name: files[name] for name in names})
        except InvalidDefinition as error:
            return {"error": str(error), "data": error.data}
        stored[key] = base64.b64encode(compiled).decode()
    return {"stored": stored}


if __name__ == "__main__":
    main()
