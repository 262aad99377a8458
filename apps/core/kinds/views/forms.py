"""Forms: a new record, a changed one, a copy, a quick one, and the preview of what is typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.api.problems import detail_of
from apps.core.inbox.views import status_of
from apps.core.kinds import columns, grids, inputs, services
from apps.core.kinds.addresses import url_of
from apps.core.kinds.comparing import Difference, differences
from apps.core.kinds.dressing import width
from apps.core.kinds.editing import Editor, copy_of
from apps.core.kinds.offering import options
from apps.core.kinds.registry import kind_of, kinds
from apps.core.kinds.showing import sections_of
from apps.core.kinds.views.base import KindView
from apps.core.kinds.views.files import FormFiles
from apps.core.links.push_down import begin_follow_up, save_follow_up, source_of
from engine.exceptions import Conflict, EngineError, InvalidData

LONGEST_VERSION: Final = 9


class FormPage(KindView):
    """What the pages with the form share."""

    def answer(
        self,
        editor: Editor,
        *,
        problem: str = "",
        status: int = 200,
        version: int | None = None,
        theirs: list[Difference] | None = None,
        quiet: bool = False,
        matches: list[tuple[str, str]] | None = None,
    ) -> HttpResponse:
        """The form as it is, with what is wrong; `quiet`: nobody has finished yet."""
        if quiet:
            editor.forgive_missing()
        if self.files.refused:
            editor.tell({"": self.files.refused})
        record, problems = editor.record, editor.problems()
        context = {
            "editor": editor,
            "record": record,
            **self.sent_back(record),
            "place": self.place(record),
            "breadcrumbs": self.trail(record),
            "badges": columns.badges(record) if record else [],
            "sections": list(self.sections(editor)),
            "totals": self.totals(editor),
            "problem": problem,
            "problems": problems,
            "matches": matches or [],
            "quiet": quiet,
            "theirs": theirs or [],
            "alive": self.request.POST.get("alive", "")[:1],
            "version": version if version is not None else getattr(record, "version", ""),
            "may_submit": self.may_submit(record or editor.form.instance),
            "preview": self.url("preview_of", record.pk) if record else self.url("preview"),
            "target": self.url("edit", record.pk) if record else self.url("new"),
            "back": self.url("page", record.pk) if record else self.url("list"),
            **self.made_from(record),
            **({} if record else self.files.shown()),
        }
        part = self.request.htmx  # type: ignore[attr-defined]
        return self.show("_form.html" if part else "form.html", context, status)

    @cached_property
    def files(self) -> FormFiles:
        """Those of a new record."""
        return FormFiles(self.request, self.kind, self.rights)

    def place(self, record: Any) -> str:
        """The title."""
        text = _("Change %(kind)s") if record else _("New %(kind)s")
        return text % {"kind": self.kind.label}

    def may_submit(self, record: Any) -> bool:
        """Whether what is saved can be submitted in one go, as far as its state says."""
        refused = self.kind.refusal(record, Action.SUBMIT)
        return refused is None and self.kind.can(self.rights, Action.SUBMIT)

    @staticmethod
    def sections(editor: Editor) -> Iterator[tuple[Any, list[tuple[Any, str]]]]:
        """Sections with the fields of the form, each with its width."""
        left = dict.fromkeys(editor.form.fields)
        for section in sections_of(editor.kind):
            names = [name for name in section.fields if name in left]
            for name in names:
                del left[name]
            if names:
                yield section.label, [(editor.form[n], width(editor.form.fields[n])) for n in names]
        rest = [n for n in left if not editor.form.fields[n].widget.is_hidden]
        if rest:
            yield _("More"), [(editor.form[n], width(editor.form.fields[n])) for n in rest]

    def totals(self, editor: Editor) -> list[tuple[str, str, str]]:
        """What is worked out of the lines: name, label, value."""
        found = []
        for column in columns.columns_of(self.kind, self.kind.totals, self.rights):
            found.append((column.name, column.label, column.cell(editor.form.instance).text))
        return found

    def take(self, request: HttpRequest, record: Any) -> HttpResponse:
        """Save what was posted, and submit it where that was asked for."""
        editor = Editor(self.kind, self.rights, record=record, data=request.POST)
        seen = request.POST.get("version", "")
        version = int(seen[:LONGEST_VERSION]) if seen.isdecimal() else None
        submits = "submit" in request.POST
        try:
            saved = self.write(editor, version, submits)
        except EngineError as error:
            return self.again(request, error, version)
        done = _("Submitted") if submits else _("Saved")
        self.say_next(f"{done}{_(': ')}{saved}", saved)
        return HttpResponseRedirect(self.url("page", saved.pk))

    @transaction.atomic
    def write(self, editor: Editor, version: int | None, submits: bool) -> Any:
        """Save, and submit where that is asked for, or neither; the record."""
        record = editor.save(version)
        if editor.record is None:
            self.files.give(record)  # whoever approves finds them
        if submits:
            services.submit_document(kind=self.kind, pk=record.pk, rights=self.rights)
        return record

    @cached_property
    def source(self) -> Any:
        """What a new record is made from: `from` in the address, or in the form."""
        given = self.request.POST.get("from") or self.request.GET.get("from", "")
        return source_of(given, self.kind, self.rights) if given else None

    def made_from(self, record: Any) -> dict[str, Any]:
        """What the form says of the record that a new one is made from."""
        if record is not None or self.source is None:
            return {}
        kind = kind_of(self.source)
        url = url_of(kind, "page", self.source.pk)
        return {"source": self.source, "source_label": kind.label, "source_url": url}

    def again(self, request: HttpRequest, error: EngineError, version: int | None) -> HttpResponse:
        """The form with what was typed and what came of it; the record as it is stored now."""
        record = self.stored()
        typed = Editor(self.kind, self.rights, record=record, data=request.POST)
        changed, _errors = typed.work_out()
        data = inputs.filled_in(typed, changed)  # what a choice brought is there, as after typing
        editor = Editor(self.kind, self.rights, record=self.stored(), data=data)
        editor.work_out()  # amounts stay, too
        if isinstance(error, InvalidData):
            editor.tell(error.data.get("errors") or {"": [str(error)]})
            matches = self.matches(error.data.get("matches", ()))
            return self.answer(editor, status=422, version=version, matches=matches)
        status = status_of(error)
        if not isinstance(error, Conflict):
            return self.answer(editor, problem=detail_of(error), status=status, version=version)
        return self.answer(
            editor,
            problem=detail_of(error),
            status=status,
            theirs=differences(editor, self.stored()),
        )

    def matches(self, found: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
        """Records that an error is about (`kind`, `id`, `label`), with the addresses of those that
        this person may look at."""
        shown = []
        for one in found:
            kind = kinds[one["kind"]]
            if kind.queryset(self.rights).filter(pk=one["id"]).exists():
                shown.append((one["label"], url_of(kind, "page", one["id"])))
        return shown

    def stored(self) -> Any:
        """The record as the database has it; None for a new one."""
        pk = self.kwargs.get("pk")
        return None if pk is None else self.find(pk)


class NewPage(FormPage):
    """A new record. Its address may say what it begins with (`?customer=5`), or what it is made
    from (`?from=sales.opportunity:5`)."""

    action = Action.ADD

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.source is not None:
            made = begin_follow_up(self.source, self.kind)
            return self.answer(Editor(self.kind, self.rights, copied=made))
        known = self.kind.form_class.base_fields
        initial = {name: value for name, value in request.GET.items() if name in known}
        editor = Editor(self.kind, self.rights, initial=initial)
        return self.answer(editor)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.files.keep()
        return self.take(request, None)

    def write(self, editor: Editor, version: int | None, submits: bool) -> Any:
        if self.files.refused:
            raise InvalidData(self.files.refused[0], errors={"": self.files.refused})
        if self.source is None:
            return super().write(editor, version, submits)
        return save_follow_up(
            source=self.source.business_key,
            target=self.kind,
            rights=self.rights,
            save=lambda: FormPage.write(self, editor, version, submits),
        )


class EditPage(FormPage):
    """A record that is changed. `?check=1` tells what keeps it from being submitted."""

    action = Action.CHANGE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk)
        self.kind.require(self.rights, Action.CHANGE, record)
        editor = Editor(self.kind, self.rights, record=record)
        if "check" in request.GET:
            editor.tell(self.kind.problems(record))
        return self.answer(editor)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.take(request, self.find(pk))


class CopyPage(FormPage):
    """A new record that begins as another one is."""

    action = Action.ADD

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        copied = copy_of(self.kind, self.kind.find(self.rights, pk))
        return self.answer(Editor(self.kind, self.rights, copied=copied))


class PreviewPage(FormPage):
    """What is typed, worked out without saving it: as JSON for a page that is alive, else as the
    form again, after a row was added, moved, pasted or taken out (`do=lines:remove:2`)."""

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if not self.rights.may(self.kind.key, Action.ADD if pk is None else Action.CHANGE):
            return HttpResponse(status=403)
        editor = self.editor(request.POST)
        act = request.POST.get("do", "")
        if act:
            editor = self.editor(self.reworked(editor, request.POST, act))
        changed, errors = editor.work_out()
        if request.accepts("text/html"):
            if pk is None:
                self.files.keep()  # a browser forgets them with the page
            again = self.editor(inputs.filled_in(editor, changed))
            again.work_out()
            again.tell(errors)
            seen = request.POST.get("version", "")[:LONGEST_VERSION]
            known = int(seen) if seen.isdecimal() else None
            return self.answer(again, version=known, quiet=bool(act and not errors))
        return JsonResponse(
            {"values": inputs.new_values(editor, changed), "outputs": self.outputs(editor)}
        )

    def editor(self, data: QueryDict) -> Editor:
        return Editor(self.kind, self.rights, record=self.stored(), data=data)

    @staticmethod
    def reworked(editor: Editor, data: QueryDict, act: str) -> QueryDict:
        prefix, _colon, rest = act.partition(":")
        what, _colon, row = rest.partition(":")
        grid = next((grid for grid in editor.grids if grid.prefix == prefix), None)
        if grid is None:
            raise Http404
        return grids.rework(data, grid, what, int(row[:3]) if row.isdecimal() else len(grid.rows))

    def outputs(self, editor: Editor) -> dict[str, str]:
        """What is shown beside the inputs."""
        found = {name: text for name, _label, text in self.totals(editor)}
        if self.kind.amount:
            column = columns.resolve(self.kind.model, self.kind.amount)
            found[column.name] = column.cell(editor.form.instance).text
        for grid in editor.grids:
            for form in grid.filled:
                for column in grid.columns:
                    found[form.add_prefix(column.name)] = column.cell(form.instance).text
        return found


class QuickPage(KindView):
    """A new record with as little as possible, from the form of another one."""

    action = Action.ADD
    template: ClassVar[str] = "_quick.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(Editor(self.kind, self.rights))

    def post(self, request: HttpRequest) -> HttpResponse:
        editor = Editor(self.kind, self.rights, data=request.POST)
        try:
            record = editor.save()
        except EngineError as error:
            again = Editor(self.kind, self.rights, data=request.POST)
            again.tell(error.data.get("errors") or {"": [str(error)]})
            return self.answer(again, status=422)
        return self.show("_picked.html", {"record": record, "place": self.kind.label})

    def answer(self, editor: Editor, status: int = 200) -> HttpResponse:
        problems = editor.problems()
        context = {
            "editor": editor,
            "fields": [editor.form[n] for n, f in editor.form.fields.items() if f.required],
            "problems": problems,
            "place": _("New %(kind)s") % {"kind": self.kind.label},
            "breadcrumbs": self.trail(),
        }
        part = self.request.htmx  # type: ignore[attr-defined]
        return self.show(self.template if part else "quick.html", context, status)


class ChoicesPage(KindView):
    """Rows that a field may choose, for what was typed: `form.customer`, `lines.product`,
    `filter.customer`."""

    def get(self, request: HttpRequest, place: str) -> HttpResponse:
        found = options(self.kind, self.rights, place, request.GET)
        return self.show("_options.html", {"options": found})
