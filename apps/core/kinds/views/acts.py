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
from apps.core.kinds import states
from apps.core.kinds.commands import COMMANDS, Command
from apps.core.kinds.dressing import dress, mark_errors
from apps.core.kinds.views.base import KindView
from apps.core.shell.toasts import say
from engine.exceptions import EngineError, InvalidData

MOST: Final = 200  # records at once


class CommandPage(KindView):
    """A command on one record: asks first where it has to, then does it."""

    name: ClassVar[str] = ""

    @property
    def command(self) -> Command:
        return COMMANDS[self.name]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk)
        self.kind.require(self.rights, self.action, record)
        return self.ask(record, self.command.form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(pk)
        form = self.command.form(request.POST)
        if not form.is_valid():
            return self.ask(record, form, status=422)
        try:
            self.command.run(self.kind, pk, self.rights, form.cleaned_data)
        except InvalidData as error:
            if self.action == Action.SUBMIT:  # what is missing is typed on the form
                return HttpResponseRedirect(f"{self.url('edit', pk)}?check=1")
            return self.ask(record, form, detail_of(error), status_of(error))
        except EngineError as error:
            return self.ask(record, form, detail_of(error), status_of(error))
        done = f"{self.command.done}{_(': ')}{record}"
        if self.action == Action.SUBMIT:
            self.say_next(done, record)
        else:
            say(request, done)
        seen = self.command.stays and self.kind.queryset(self.rights).filter(pk=pk).exists()
        return HttpResponseRedirect(self.url("page", pk) if seen else self.url("list"))

    def ask(
        self, record: Any, form: forms.Form, problem: str = "", status: int = 200
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
        if name not in COMMANDS:
            raise Http404
        command = COMMANDS[name]
        if not self.rights.may(self.kind.key, command.action):
            return HttpResponse(status=403)
        pks = [
            int(pk) for pk in request.POST.getlist("pk")[:MOST] if pk.isdecimal() and len(pk) < 19
        ]
        rows = list(self.kind.queryset(self.rights).filter(pk__in=pks).order_by("pk"))
        form = command.form(request.POST if "confirmed" in request.POST else None)
        if "confirmed" not in request.POST or not form.is_valid():
            outcomes = [Outcome(row, self.hindrance(command, row)) for row in rows]
            status = 422 if form.is_bound else 200
            return self.answer("bulk", name, outcomes, _dressed(form), status)
        outcomes = [self.run(command, row, form.cleaned_data) for row in rows]
        outcomes.sort(key=lambda outcome: outcome.reason == "")
        return self.answer("bulk_result", name, outcomes, form)

    def hindrance(self, command: Command, record: Any) -> str:
        """Why a command would not be done."""
        refused = states.refusal(record, command.action)
        if refused is None and command.action == Action.SUBMIT:
            refused = next(
                (text for texts in self.kind.problems(record).values() for text in texts), ""
            )
        return refused or ""

    def run(self, command: Command, record: Any, data: dict[str, Any]) -> Outcome:
        """Each record is a transaction of its own: what fails keeps no other from being done."""
        try:
            command.run(self.kind, record.pk, self.rights, data)
        except EngineError as error:
            said = error.data.get("errors") or {}
            texts = [str(text) for found in said.values() for text in found]
            return Outcome(record, " ".join(texts) or detail_of(error))
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
            "command": COMMANDS[name],
            "outcomes": outcomes,
            "failed": failed,
            "good": len(outcomes) - failed,
            "form": form,
            "place": COMMANDS[name].label,
            "breadcrumbs": self.trail(),
            "back": self.request.POST.get("query", "")[:1000],
        }
        return self.show(_part(self.request, template), context, status)


def _dressed(form: forms.Form) -> forms.Form:
    dress(form)
    mark_errors(form)
    return form


def _part(request: HttpRequest, template: str) -> str:
    """A part for a dialog, or a page."""
    return f"_{template}.html" if request.htmx else f"{template}.html"  # type: ignore[attr-defined]
