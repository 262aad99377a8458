"""Reading what strangers upload: in a child process with little time and memory, and no secrets.

The promise is that no file, however made, holds the server up for longer than `SECONDS`.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from engine.bpmn import linter  # noqa: F401  (its rules declare the problems that answers name)
from engine.bpmn.findings import Place, Problem, Report, Verdict, make_report
from engine.bpmn.known import Known
from engine.bpmn.reading import MAX_BYTES
from engine.exceptions import InvalidDefinition

SECONDS: Final = 10
"""Wall time of the child, its start included."""
MAX_TOTAL_BYTES: Final = 4 * MAX_BYTES
"""All files of one upload together."""

TOO_COSTLY = Problem(
    "too_costly",
    Verdict.ERROR,
    _("%(element)s takes too much time or memory to read. Make the files smaller and simpler."),
)

_ROOT: Final = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)


class _Failed(Exception):
    """The child gave no answer."""


def check(files: Mapping[str, bytes], known: Known | None = None) -> Report:
    """What `engine.bpmn.linter.check` says of the files; never raises and never takes longer than
    `SECONDS`."""
    try:
        answer = _ask("check", files, known=(known or Known()).as_dict())
    except _Failed:
        places = [Place(name, None, "", "file", name) for name in files]
        return make_report([TOO_COSTLY.at(place) for place in places], places)
    return Report.from_dict(answer)


def compile_process(key: str, files: Mapping[str, bytes]) -> bytes:
    """What `engine.spiff.compile_process` makes of the files. Raises InvalidDefinition, also where
    the child gives no answer in `SECONDS`."""
    try:
        answer = _ask("compile", files, key=key)
    except _Failed:
        message = str(TOO_COSTLY.message) % {"element": key}
        raise InvalidDefinition(message, element=key, file="", line=None) from None
    if "error" in answer:
        raise InvalidDefinition(answer["error"], **answer["data"])
    return base64.b64decode(answer["stored"])


def _ask(task: str, files: Mapping[str, bytes], **details: Any) -> dict[str, Any]:
    if sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise _Failed
    request = {
        "task": task,
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
        "language": get_language() or settings.LANGUAGE_CODE,
        "languages": [code for code, _name in settings.LANGUAGES],
        "locale_paths": [str(path) for path in settings.LOCALE_PATHS],
        **details,
    }
    try:
        child = subprocess.run(
            [sys.executable, "-B", "-m", "engine.bpmn.worker"],
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=_ROOT,
            env={"PATH": os.defpath, "PYTHONUTF8": "1"},  # nothing of ours: no keys, no addresses
            timeout=SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        _log.warning("reading %s took longer than %s seconds", sorted(files), SECONDS)
        raise _Failed from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace")[-2000:]
        _log.warning("reading %s ended with %s: %s", sorted(files), error.returncode, reason)
        raise _Failed from None
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer
