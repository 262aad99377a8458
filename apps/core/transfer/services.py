"""Importing: every document goes through the same forms and services as one that is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO, Any, Final

import structlog
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.attachments.names import clean_name
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.history.tracking import acting
from apps.core.kinds.choosing import reading_once
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.editing import Editor
from apps.core.kinds.many import ManyReader, save_new_records
from apps.core.kinds.registry import kinds
from apps.core.transfer.documents import CellError, Entry, Sheet
from apps.core.transfer.layout import Layout
from apps.core.transfer.models import ImportRun, ImportState, Mode
from apps.core.transfer.sandbox import read_sheet
from engine.exceptions import EngineError, InvalidData, NotFound

AT_ONCE: Final = 100
"""Documents that are imported while the browser waits, and that one transaction takes."""
TOGETHER: Final = 1000
"""Records that one transaction takes of a kind that writes many at once."""
MOST: Final = 10_000
KEPT: Final = timedelta(days=30)
"""How long an upload is kept to be put right."""
log = structlog.get_logger(__name__)
SHOWN: Final = 50  # documents after which the progress is told


def start_import(
    *,
    kind: DocumentKind,
    name: str,
    file: IO[bytes],
    mode: Mode,
    rights: Rights,
    now: datetime | None = None,
) -> ImportRun:
    """Take a spreadsheet; `run_import` does the rest. Raises NotAllowed, and InvalidData (`file`)
    for what can't be read."""
    kind.require(rights, Action.IMPORT)
    kind.require(rights, Action.ADD)
    sheet = Sheet(Layout(kind, rights), read_sheet(file))
    total = len(sheet.entries)
    if not 0 < total <= MOST:
        message = (
            _("The file holds more than %(most)s documents. Split it up.") % {"most": MOST}
            if total
            else _("There is nothing below the headings.")
        )
        raise InvalidData(message, errors={"file": [message]})
    moment = now or timezone.now()
    ImportRun.objects.filter(started_at__lt=moment - KEPT).delete()
    return ImportRun.objects.create(
        user_id=rights.user,
        kind=kind.key,
        mode=mode,
        language=translation.get_language(),
        name=clean_name(name) or "?",
        rows=[sheet.heading, *sheet.body],
        total=total,
        started_at=moment,
    )


def find_run(*, kind: DocumentKind, pk: int, rights: Rights) -> ImportRun:
    """An import of this person; raises NotFound."""
    found = ImportRun.objects.filter(pk=pk, kind=kind.key, user_id=rights.user).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def sheet_of(run: ImportRun, rights: Rights) -> Sheet:
    """What was uploaded."""
    return Sheet(Layout(kinds[run.kind], rights), run.rows)


def progress(run: ImportRun) -> int:
    """Documents that have been dealt with, also within a transaction that is still under way."""
    return max(run.done, cache.get(_progress_key(run.pk)) or 0)


def _progress_key(pk: int) -> str:
    return f"import:{pk}"


# --- the work -------------------------------------------------------------------------------------
def run_waiting() -> None:
    """Go on with all imports of this account set that aren't done."""
    waiting = ImportRun.objects.filter(state=ImportState.WAITING).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        run_import(pk)


def run_import(pk: int) -> None:
    """Import what has not been dealt with yet: in one transaction, or (only what is right) in many,
    each of which knows how far the one before has come. Who is second leaves it to the first."""
    run = ImportRun.objects.filter(pk=pk, state=ImportState.WAITING).first()
    if run is None:
        return
    with translation.override(run.language), acting(run.user_id), reading_once():
        rights = rights_of(run.user_id)
        sheet = sheet_of(run, rights)
        at_once = TOGETHER if sheet.layout.kind.many_at_once else AT_ONCE
        size = run.total if run.mode == Mode.ALL else at_once
        while _take(pk, sheet, rights, size):
            pass
    cache.delete(_progress_key(pk))


class _Undo(Exception):
    """Roll back what was added."""

    def __init__(self, errors: Sequence[CellError]) -> None:
        self.errors = errors


def _take(pk: int, sheet: Sheet, rights: Rights, size: int) -> bool:
    """The next documents; whether there may be more."""
    try:
        with transaction.atomic():
            run = _lock(pk)
            if run is None:
                return False
            errors, added = _import(run, sheet, rights, sheet.entries[run.done : run.done + size])
            if run.mode == Mode.ALL and (wrong := [*sheet.not_understood(), *errors]):
                raise _Undo(wrong)
            run.added += added
            run.done = min(run.done + size, run.total)
            run.errors += _plain(errors)
            return not _finish(run, ImportState.DONE)
    except _Undo as undo:
        with transaction.atomic():
            run = _lock(pk)
            if run is not None:
                run.done, run.errors = run.total, _plain(undo.errors)
                _finish(run, ImportState.REFUSED)
        return False


def _lock(pk: int) -> ImportRun | None:
    rows = ImportRun.objects.select_for_update(skip_locked=True).defer("rows")
    return rows.filter(pk=pk, state=ImportState.WAITING).first()


def _finish(run: ImportRun, state: ImportState) -> bool:
    """Write how far it has come; whether that is the end."""
    ended = run.done >= run.total
    if ended:
        run.state, run.finished_at = state, timezone.now()
        record(
            Event.IMPORTED,
            by=run.user_id,
            label=kinds[run.kind].label_plural,
            after={"kind": run.kind, "file": run.name, "added": run.added, "refused": run.refused},
        )
    run.save(update_fields=["done", "added", "errors", "state", "finished_at"])
    return ended


def _plain(errors: Sequence[CellError]) -> list[list[Any]]:
    return [[error.row, error.column, error.text] for error in errors]


def _import(
    run: ImportRun, sheet: Sheet, rights: Rights, entries: Sequence[Entry]
) -> tuple[list[CellError], int]:
    """Add documents; what is wrong, and how many were added."""
    if sheet.layout.kind.many_at_once:
        try:
            with transaction.atomic():
                return _together(run, sheet, rights, entries)
        except IntegrityError as error:  # one by one it is seen which
            log.warning("import_not_together", run=run.pk, error=str(error))
    errors: list[CellError] = []
    added = 0
    for number, entry in enumerate(entries, start=1):
        found = list(_save(sheet, rights, entry))
        errors += found
        added += not found
        _tell(run, number)
    return errors, added


def _together(
    run: ImportRun, sheet: Sheet, rights: Rights, entries: Sequence[Entry]
) -> tuple[list[CellError], int]:
    """All of them at once: first read, then compared, then written."""
    reader, errors = ManyReader(sheet.layout.kind, rights), []
    good: list[tuple[Entry, Any]] = []
    for number, entry in enumerate(entries, start=1):
        record, wrong = reader.read(sheet.posted(entry))
        errors += sheet.errors(entry, wrong)
        if not wrong:
            good.append((entry, record))
        _tell(run, number // 2)
    refused = sheet.layout.kind.prepare_many([record for _entry, record in good])
    for (entry, _record), wrong in zip(good, refused, strict=True):
        errors += sheet.errors(entry, wrong)
    kept = [record for (_entry, record), no in zip(good, refused, strict=True) if not no]
    if errors and run.mode == Mode.ALL:
        return errors, 0
    save_new_records(
        kind=sheet.layout.kind,
        records=kept,
        rights=rights,
        tell=lambda number: _tell(run, len(entries) // 2 + number // 2),
    )
    return sorted(errors, key=lambda error: error.row), len(kept)


def _tell(run: ImportRun, number: int) -> None:
    """Whoever looks at the page sees how far it is, also within a transaction."""
    if number % SHOWN == 0:
        cache.set(_progress_key(run.pk), run.done + number, 3600)


def _save(sheet: Sheet, rights: Rights, entry: Entry) -> Iterator[CellError]:
    """Add a document; what is wrong with it."""
    editor = Editor(sheet.layout.kind, rights, data=sheet.posted(entry))
    try:
        with transaction.atomic():
            editor.save()
    except InvalidData as error:
        yield from sheet.errors(entry, error.data.get("errors") or {"": [str(error)]})
    except EngineError as error:
        yield from sheet.errors(entry, {"": [str(error)]})
    except IntegrityError:  # what only the database sees
        yield from sheet.errors(entry, {"": [_("It contradicts what is there already.")]})
