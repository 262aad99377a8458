"""What the pages of all kinds share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import select_template
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views import View

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.inbox import looking, wording
from apps.core.inbox.errors import error_page
from apps.core.inbox.views import status_of
from apps.core.kinds import services
from apps.core.kinds.addresses import url_of, url_of_key
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.merging import Moved
from apps.core.kinds.registry import kinds
from apps.core.kinds.showing import Reader
from apps.core.shell.toasts import say
from engine.exceptions import EngineError, NotAllowed, NotFound

OF_THE_KIND: Final = "*"
"""In `view.right`: the kind that the address names."""


class KindView(View):
    """A page of the kind that its address names. `action` is the right it needs."""

    action: ClassVar[str] = Action.VIEW
    kind: DocumentKind
    request: HttpRequest

    @classmethod
    def as_view(cls, **initial: Any) -> Callable[..., HttpResponseBase]:
        view = super().as_view(**initial)
        view.right = (OF_THE_KIND, str(initial.get("action", cls.action)))  # type: ignore[attr-defined]
        return view

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        kind = kwargs.pop("kind")
        self.kind = kinds[kind] if isinstance(kind, str) else kind
        super().setup(request, *args, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kwargs.pop("kind", None)
        if not self.rights.may(self.kind.key, self.action):
            raise PermissionDenied
        try:
            return super().dispatch(request, *args, **kwargs)
        except Moved as error:
            if request.method == "GET":
                return HttpResponseRedirect(url_of_key(error.data["key"]))
            return error_page(request, HTTPStatus.CONFLICT, str(error))
        except NotFound as error:
            raise Http404 from error
        except NotAllowed as error:
            return error_page(request, HTTPStatus.FORBIDDEN, str(error))
        except EngineError as error:
            return error_page(request, status_of(error), str(error))

    @cached_property
    def rights(self) -> Rights:
        return rights_of(int(self.request.user.pk or 0))

    def url(self, page: str, *args: Any) -> str:
        """Address of a page of this kind."""
        return url_of(self.kind, page, *args)

    def find(self, pk: int, *, read: Reader | None = None) -> Any:
        """The record, by which the menu knows whose page this is; raises NotFound."""
        record = self.kind.find(self.rights, pk, read=read)
        self.request.record = record  # type: ignore[attr-defined]
        return record

    def show(
        self, template: str, context: dict[str, Any], status: int = HTTPStatus.OK
    ) -> HttpResponse:
        """The template of that name; an app's own in `<app>/<model>/` comes first."""
        meta = self.kind.model._meta
        chosen = select_template(
            [f"{meta.app_label}/{meta.model_name}/{template}", f"core/kinds/{template}"]
        )
        name = chosen.template.name
        return render(self.request, name, {"kind": self.kind, **context}, status=status)

    def trail(self, record: Any = None) -> list[tuple[str, str]]:
        """Breadcrumbs: the list, and the record."""
        found = [(capfirst(self.kind.label_plural), self.url("list"))]
        if record is not None:
            found.append((str(record), self.url("page", record.pk)))
        return found

    def sent_back(self, record: Any) -> dict[str, Any]:
        """Who sent it back to its owner, and why, where that is how it stands."""
        found = services.sent_back_by(record)
        name = wording.names_of([found.user]).get(found.user) if found else ""
        return {"sent_back": found, "sent_back_by": name}

    def say_next(self, what: str, record: Any) -> None:
        """What was done, and whom the document waits for now."""
        case = services.live_instance(record.business_key)
        waiting = looking.waiting(case) if case else []
        then = ""
        if waiting:
            people = _(", ").join(dict.fromkeys(one.names for one in waiting))
            due = wording.moment(waiting[0].task.due_at)
            text = (
                _("Now with %(people)s (%(step)s) until %(due)s")
                if due
                else _("Now with %(people)s (%(step)s)")
            )
            then = text % {"people": people, "step": waiting[0].step, "due": due}
        say(self.request, what, then=then)
