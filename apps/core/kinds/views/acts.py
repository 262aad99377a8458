"""Commands on one record, and on many with a result for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.api.problems import detail_of
from apps.core.inbox.views import status_of
from apps.core.kinds.addresses import url_of_key
from apps.core.kinds.commands import Command, CommandForm, commands_of, hindrance, perform
from apps.core.kinds.dressing import dress, mark_errors
from apps.core.kinds.merging import Moved
from apps.core.kinds.views.base import KindView
from apps.core.shell.toasts import say
from engine.exceptions import EngineError, InvalidData, NotFound

MOST: Final = 200  # records at once


class CommandPage(KindView):
    """A command on one record: asks first where it has to, then does it."""

    name: ClassVar[str] = ""
    command: Command

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        found = commands_of(self.kind).get(self.name)
        if found is None:
            raise Http404
        self.command, self.action = found, found.action  # type: ignore[misc]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk)
        self.kind.require(self.rights, self.action, record)
        return self.ask(record, self.form(record))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk)
        form = self.form(record, request.POST)
        if not form.is_valid():
            return self.ask(record, form, status=422)
        try:
            made = perform(self.kind, self.name, pk, self.rights, form.cleaned_data)
        except InvalidData as error:
            if self.action == Action.SUBMIT:  # what is missing is typed on the form
                return HttpResponseRedirect(f"{self.url('edit', pk)}?check=1")
            return self.ask(record, form, _said(error), status_of(error))
        except EngineError as error:
            return self.ask(record, form, detail_of(error), status_of(error))
        if self.command.makes:
            say(request, f"{self.command.done}{_(': ')}{made}")
            return HttpResponseRedirect(self.url("edit", made.pk))  # type: ignore[attr-defined]
        done = f"{self.command.said(made)}{_(': ')}{record}"
        if self.action == Action.SUBMIT:
            self.say_next(done, record)
        else:
            say(request, done)
        return HttpResponseRedirect(self.next(pk))

    def next(self, pk: int) -> str:
        """Where one goes on: to the record, to that into which it was merged, or to the others
        where it is there no more."""
        try:
            if self.command.stays:
                return self.url("page", self.find(pk).pk)
        except Moved as error:
            return url_of_key(error.data["key"])
        except NotFound:
            pass
        return self.url("list")

    def form(self, record: Any, data: Any = None) -> CommandForm:
        """What the command asks about the record."""
        return self.command.form(data, kind=self.kind, records=[record], rights=self.rights)

    def ask(
        self, record: Any, form: CommandForm, problem: str = "", status: int = 200
    ) -> HttpResponse:
        """The question, with what is wrong about the last answer."""
        context = {
            "command": self.command,
            "name": self.name,
            "record": record,
            "form": _dressed(form),
            "problem": problem,
            "place": self.command.label,
            "breadcrumbs": self.trail(record),
        }
        return self.show(_part(self.request, "command"), context, status)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record, or would: `reason` says why not."""

    record: Any
    reason: str = ""


class BulkPage(KindView):
    """A command on many records: how many can be done, then each with its result."""

    def post(self, request: HttpRequest) -> HttpResponse:
        name = request.POST.get("command", "")
        command = commands_of(self.kind).get(name)
        if command is None or not command.bulk:
            raise Http404
        if not self.rights.may(self.kind.key, command.action):
            return HttpResponse(status=403)
        pks = [
            int(pk) for pk in request.POST.getlist("pk")[:MOST] if pk.isdecimal() and len(pk) < 19
        ]
        rows = list(self.kind.queryset(self.rights).filter(pk__in=pks).order_by("pk"))
        typed = request.POST if "confirmed" in request.POST else None
        form = command.form(typed, kind=self.kind, records=rows, rights=self.rights)
        if "confirmed" not in request.POST or not form.is_valid():
            outcomes = [Outcome(row, hindrance(self.kind, command, row)) for row in rows]
            status = 422 if form.is_bound else 200
            return self.answer("bulk", name, outcomes, _dressed(form), status)
        outcomes = [self.run(name, row, form.cleaned_data) for row in rows]
        outcomes.sort(key=lambda outcome: outcome.reason == "")
        return self.answer("bulk_result", name, outcomes, form)

    def run(self, name: str, record: Any, data: dict[str, Any]) -> Outcome:
        """Each record is a transaction of its own: what fails keeps no other from being done."""
        try:
            perform(self.kind, name, record.pk, self.rights, data)
        except EngineError as error:
            return Outcome(record, _said(error))
        return Outcome(record)

    def answer(
        self,
        template: str,
        name: str,
        outcomes: Sequence[Outcome],
        form: forms.Form,
        status: int = 200,
    ) -> HttpResponse:
        failed = sum(1 for outcome in outcomes if outcome.reason)
        context = {
            "name": name,
            "command": commands_of(self.kind)[name],
            "outcomes": outcomes,
            "failed": failed,
            "good": len(outcomes) - failed,
            "form": form,
            "place": commands_of(self.kind)[name].label,
            "breadcrumbs": self.trail(),
            "back": self.request.POST.get("query", "")[:1000],
        }
        return self.show(_part(self.request, template), context, status)


def _said(error: EngineError) -> str:
    """What is wrong, field by field where it says so."""
    said = error.data.get("errors") or {}
    texts = [str(text) for found in said.values() for text in found]
    return " ".join(dict.fromkeys(texts)) or detail_of(error)


def _dressed(form: forms.Form) -> forms.Form:
    dress(form)
    mark_errors(form)
    return form


def _part(request: HttpRequest, template: str) -> str:
    """A part for a dialog, or a page."""
    return f"_{template}.html" if request.htmx else f"{template}.html"  # type: ignore[attr-defined]
