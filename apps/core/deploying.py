"""What people do with processes beside their cases, with its entry in the audit log.

Two people bring a diagram in: one uploads and repairs it (`engine.files`), another deploys it. An
account set whose only process administrator has nobody beside them may settle it otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.parameters.parameters import SECOND_PERSON
from engine import definitions, files
from engine.exceptions import NotAllowed, WrongState
from engine.models import FileVersion

SUBJECT: Final = "processes.definition"
DEPLOY: Final = "deploy"
"""What rights are given for: to look, to add files, and to deploy them."""


@transaction.atomic
def deploy(contents: Mapping[str, bytes], *, by: int, note: str = "") -> definitions.Deployed:
    """Bring new versions of diagrams and tables in at once. Raises NotAllowed where a second person
    deploys, and what `engine.definitions.deploy` does."""
    if SECOND_PERSON.value():
        raise NotAllowed(_("Here a second person deploys diagrams: store the file first."))
    return _deploy(contents, by=by, note=note)


@transaction.atomic
def deploy_file(file: int, *, seen: int, by: int) -> definitions.Deployed:
    """Bring the newest version of a stored file in; `seen` is its number, as whoever deploys it saw
    it. Raises NotAllowed, Conflict, WrongState, InvalidDefinition."""
    version = files.lock_newest(file, seen)
    require_second_person(version, by=by)
    if version.deployment_id is not None:
        raise WrongState(_("This version has been deployed already."))
    content = bytes(version.content)
    deployed = _deploy({version.file.name: content}, by=by, note=f"{version}"[:500])
    if deployed.deployment is not None:
        FileVersion.objects.filter(pk=version.pk).update(deployment=deployed.deployment)
    return deployed


def require_second_person(version: FileVersion, *, by: int) -> None:
    """Raises NotAllowed where this account set wants somebody else to deploy it."""
    if SECOND_PERSON.value():
        files.require_second_person(version, by)


def _deploy(contents: Mapping[str, bytes], *, by: int, note: str) -> definitions.Deployed:
    deployed = definitions.deploy(dict(contents), by=by, note=note)
    made = {row.key: row.version for row in deployed.made}
    record(Event.DEPLOYED, by=by, label=", ".join(made or contents), after=made, reason=note)
    return deployed


@transaction.atomic
def set_suspended(key: str, *, suspended: bool, by: int) -> None:
    """Let nothing new start of a process, or let it start again; raises NotFound."""
    definitions.set_suspended(key, suspended=suspended)
    event = Event.SUSPENDED if suspended else Event.RESUMED
    record(event, by=by, subject=f"engine.processdefinition:{key}", label=key)
