"""Files that come with a decision, or another opinion: attached to it, or asked for by a task form.

What may be a file at all, and keeping it, is for whoever `ENGINE_FILES` names. The engine says
which files they are, in trail, data and variables: name and checksum are part of the chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from engine.exceptions import InvalidData
from engine.spiff.types import Variables

Upload: TypeAlias = "UploadedFile[Any]"
Sent: TypeAlias = "MultiValueDict[str, Upload]"
"""Files by field, as a web server hands them on."""

OPINION: Final = "attachments"
"""The field of files that are attached to the opinion; the others are fields of the task form."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be kept. `said`: its `id`, `name`, `type`, `size` in bytes and `sha256`, as
    trail, data and variables have it."""

    field: str
    upload: Upload
    said: Variables


class Keeper(Protocol):
    """What `ENGINE_FILES` names."""

    def examine(self, field: str, upload: Upload) -> File:
        """Raises InvalidData, which names the file, for one that can't be taken. Writes nothing."""

    def kept(
        self, files: Sequence[File], *, task: int, business_key: str, user: int, now: datetime
    ) -> AbstractContextManager[None]:
        """Write rows and files, in the transaction of the step; where the block fails, the files
        go again. Raises InvalidData where there is no room for them."""


@cache
def _keeper(path: str) -> Keeper:
    keeper: Keeper = import_string(path)()
    return keeper


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one decision: as the form wants them, and examined."""

    sent: Sent | None = None
    examined: Sequence[File] = ()

    @property
    def said(self) -> list[Variables]:
        """What the trail says of them."""
        return [file.said for file in self.examined]

    @property
    def told(self) -> Variables:
        """The same as a part of an entry of the trail."""
        return {"files": self.said} if self.examined else {}

    def placed(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Cleaned data of the form with what is said of each file in its place.

        Raises InvalidData for a file that nobody asked for: none is lost without a word."""
        if not self.examined:
            return dict(data)
        taken = {id(value) for value in _values(data)}
        lost = [
            one for one in self.examined if one.field != OPINION and id(one.upload) not in taken
        ]
        if lost:
            raise _refused({file.field: [_not_asked(file)] for file in lost})
        said = {id(file.upload): file.said for file in self.examined}
        return {name: _placed(value, said) for name, value in data.items()}

    def kept(
        self, *, task: int, business_key: str, user: int, now: datetime
    ) -> AbstractContextManager[None]:
        """See `Keeper.kept`; nothing where there are none."""
        if not self.examined:
            return nullcontext()
        keeper = _keeper(settings.ENGINE_FILES)
        return keeper.kept(self.examined, task=task, business_key=business_key, user=user, now=now)


def examine(sent: Sent | None) -> Files:
    """Look at all that was sent. Raises InvalidData for those that can't be taken, by field."""
    if not sent:
        return Files()
    keeper = _keeper(settings.ENGINE_FILES)
    examined: list[File] = []
    errors: dict[str, list[str]] = {}
    for field, uploads in sent.lists():
        for upload in uploads:
            try:
                examined.append(keeper.examine(field, upload))
            except InvalidData as error:
                errors.setdefault(field, []).append(str(error))
    if errors:
        raise _refused(errors)
    return Files(sent, examined)


def attached(sent: Sent | None) -> Files:
    """Files that are attached to an opinion, where no form asks for others. Raises as `examine`
    does, and InvalidData for any other."""
    files = examine(sent)
    files.placed({})
    return files


def _refused(errors: Mapping[str, Sequence[str]]) -> InvalidData:
    return InvalidData(" ".join(text for texts in errors.values() for text in texts), errors=errors)


def _not_asked(file: File) -> str:
    return _("“%(name)s” isn't asked for here; attach it to the opinion instead.") % {
        "name": file.said["name"]
    }


def _placed(value: Any, said: Mapping[int, Variables]) -> Any:
    """A field of several files has a list of them."""
    if isinstance(value, list | tuple):
        return [said.get(id(each), each) for each in value]
    return said.get(id(value), value)


def _values(data: Mapping[str, Any]) -> Iterator[Any]:
    for value in data.values():
        yield from value if isinstance(value, list | tuple) else [value]
