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
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import monotonic
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
"""Wall time of a child, its start included; a deployment shares it among its children."""
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


def check(
    files: Mapping[str, bytes], known: Known | None = None, *, until: float | None = None
) -> Report:
    """What `engine.bpmn.linter.check` says of the files; never raises and never takes longer than
    `SECONDS`, nor than `until` (`monotonic`): then each of them is `too_costly`."""
    try:
        answer = _ask("check", files, until, known=(known or Known()).as_dict())
    except _Failed:
        return too_costly(files)
    return Report.from_dict(answer)


def too_costly(files: Iterable[str]) -> Report:
    """What is said of files that can't be read in time."""
    places = [Place(name, None, "", "file", name) for name in files]
    return make_report([TOO_COSTLY.at(place) for place in places], places)


def was_too_costly(report: Report) -> bool:
    """Whether the files of a report could not be read."""
    return any(finding.code == TOO_COSTLY.code for finding in report.findings)


def compile_processes(
    bundles: Mapping[str, Mapping[str, bytes]],
    *,
    about: Iterable[str],
    until: float | None = None,
) -> dict[str, bytes]:
    """Of each process what `engine.spiff.compile_process` makes of its files, all in one child.
    Raises InvalidDefinition, also where the child gives no answer in `SECONDS` or `until` then: of
    the first file that it is `about`."""
    if not bundles:
        return {}
    files = {name: content for bundle in bundles.values() for name, content in bundle.items()}
    named = {key: list(bundle) for key, bundle in bundles.items()}
    try:
        answer = _ask("compile", files, until, bundles=named)
    except _Failed:
        first = too_costly(about).errors[0]
        raise InvalidDefinition(
            str(first.message), element=first.element, file=first.file, line=None
        ) from None
    if "error" in answer:
        raise InvalidDefinition(answer["error"], **answer["data"])
    return {key: base64.b64decode(stored) for key, stored in answer["stored"].items()}


def _ask(
    task: str, files: Mapping[str, bytes], until: float | None, **details: Any
) -> dict[str, Any]:
    seconds = SECONDS if until is None else min(SECONDS, until - monotonic())
    if seconds <= 0 or sum(map(len, files.values())) > MAX_TOTAL_BYTES:
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
            timeout=seconds,
            check=True,
        )
    except subprocess.TimeoutExpired:
        _log.warning("reading %s took longer than %.1f seconds", sorted(files), seconds)
        raise _Failed from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace")[-2000:]
        _log.warning("reading %s ended with %s: %s", sorted(files), error.returncode, reason)
        raise _Failed from None
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer
