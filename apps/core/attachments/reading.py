"""Who sees which files, and who may download them: through the doors of the kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.attachments.models import Attachment
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.participation import takes_part
from apps.core.kinds.parts import AttachmentCategory
from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.versions import keys_before
from apps.core.once import once
from engine.exceptions import InvalidData, NotFound


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as one person sees it."""

    attachment: Attachment
    downloadable: bool
    removable: bool = False

    @property
    def path(self) -> str:
        return path_of(self.attachment)


OTHER: Final = AttachmentCategory("other", gettext_lazy("Other"))
COUNTING: Final = (ApprovalState.APPROVED, ApprovalState.CLOSED, ApprovalState.SUPERSEDED)
"""States in which what a document says counts, or has counted, and so do its files."""


def categories(kind: DocumentKind) -> Sequence[AttachmentCategory]:
    """The sorts of files that a kind takes."""
    return (*kind.attachments, OTHER)


def require_category(kind: DocumentKind, code: str) -> AttachmentCategory:
    """One of the sorts of files that a kind takes; raises InvalidData for any other."""
    found = next((each for each in categories(kind) if each.code == code), None)
    if found is None:
        message = _("Choose a category.")
        raise InvalidData(message, errors={"category": [message]})
    return found


def find_record(business_key: str, rights: Rights) -> tuple[DocumentKind, Any]:
    """The record that a business key names, for whoever may look at it; raises NotFound."""
    kind, pk = kind_of_key(business_key)
    return kind, kind.find(rights, pk)


def find_attachment(pk: int, rights: Rights) -> Shown:
    """A file for whoever may look at its record; one of a decision also for whoever takes part in
    the case, which may be about no record. Raises NotFound."""
    attachment = Attachment.objects.select_related("added_by").filter(pk=pk).first()
    if attachment is None:
        raise NotFound(_("There is no such file."))
    if attachment.task_id is not None and takes_part(rights.user, attachment.business_key):
        return Shown(attachment, downloadable=True)
    kind, record = find_record(attachment.business_key, rights)
    mine = attachment.added_by_id == rights.user
    return Shown(attachment, mine or may_download(kind, record, rights))


def counts(kind: DocumentKind, record: Any) -> bool:
    """Whether a record has been approved, or needs no approval."""
    return kind.approval is None or not kind.is_document or record.state in COUNTING


def may_download(kind: DocumentKind, record: Any, rights: Rights) -> bool:
    """Before a record is approved, its files are only for who handles it, takes part in the
    approval, or added them; afterwards for everybody who sees the record."""
    return (
        counts(kind, record)
        or record.owner_id == rights.user
        or takes_part(rights.user, record.business_key)
    )


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one category. `addable`: this person may add to them now."""

    category: AttachmentCategory
    files: Sequence[Shown]
    addable: bool


@dataclass(frozen=True, slots=True)
class Files:
    """All files of a record as one person sees them."""

    groups: Sequence[Group]

    @property
    def total(self) -> int:
        return sum(len(group.files) for group in self.groups)

    @property
    def addable(self) -> Sequence[AttachmentCategory]:
        """Categories to which this person may add."""
        return [group.category for group in self.groups if group.addable]


def stored(record: Any) -> list[Attachment]:
    """The files of a record and of the versions that it came from, as they were added; read once a
    request."""
    rows = Attachment.objects.filter(business_key__in=keys_before(record), task=None)
    read = rows.select_related("added_by").order_by("id")
    return once(("files", record.business_key), lambda: list(read))


def path_of(file: Attachment) -> str:
    """Where a file stands among all that a document says."""
    return f"attachments.{file.pk}"


def files_of(kind: DocumentKind, record: Any, rights: Rights) -> Files:
    """The files of a record that this person has found already, with those of the versions that it
    came from. Those of decisions stand in the trail."""
    found = stored(record)
    free = bool(found) and may_download(kind, record, rights)
    attach = rights.may(kind.key, Action.ATTACH) and (
        rights.covers(kind.key, record) or kind.allowed(rights, Action.ATTACH, record)
    )
    changeable = attach and kind.refusal(record, Action.CHANGE) is None

    def groups() -> Iterator[Group]:
        for category in categories(kind):
            shown = [
                Shown(
                    each,
                    downloadable=free or each.added_by_id == rights.user,
                    removable=changeable and each.business_key == record.business_key,
                )
                for each in found
                if each.category == category.code
            ]
            late = attach and category.late and counts(kind, record)
            yield Group(category, shown, changeable or late)

    return Files(list(groups()))
