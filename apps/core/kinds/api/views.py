"""What programs can do with records: what people can do on the pages, by the same forms and
services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import QueryDict
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.api.commands import BecauseOf, Command
from apps.core.api.fields import IdField, Row
from apps.core.api.permissions import KindRight
from apps.core.api.serializers import ResultSerializer
from apps.core.api.views.base import ID, Area, answer
from apps.core.kinds import services, unapproval
from apps.core.kinds.api.bodies import read, read_flat, represent
from apps.core.kinds.api.schema import (
    change_of,
    command_input,
    input_of,
    output_of,
    parameters_of,
)
from apps.core.kinds.commands import Command as Doing
from apps.core.kinds.commands import perform
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.editing import Editor, copy_of
from apps.core.kinds.listing import Listing


class HandTo(Command):
    """Who gets a record."""

    to = IdField()


class Seen(Command):
    """The version that the sender saw."""

    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class PageQuery(Command):
    """How many rows a page has."""

    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, default=25)


class RecordViews(Area):
    """Records of one kind; `views_of` makes the class of each."""

    kind: ClassVar[DocumentKind]

    @property
    def holder(self) -> Rights:
        """The rights of whoever asks."""
        return rights_of(self.user)

    def list(self, request: Request) -> Response:
        """Records that fit, page by page."""
        limit: int = self.query(PageQuery)["limit"]
        query = QueryDict(request.META.get("QUERY_STRING", ""), mutable=True)
        query.pop("limit", None)
        listing = Listing(self.kind, self.holder, query, size=limit)
        if listing.filters is not None and not listing.filters.form.is_valid():
            raise ValidationError(listing.filters.form.errors)
        shown = [represent(self.kind, row, self.holder, lines=False) for row in listing.page.rows]
        cursor, here = listing.page.next, request.build_absolute_uri()
        following = replace_query_param(here, "cursor", cursor) if cursor else None
        return Response({"next": following, "results": shown})

    def retrieve(self, request: Request, pk: str) -> Response:
        """A record with its lines."""
        found = self.kind.find(self.holder, int(pk))
        return Response(represent(self.kind, found, self.holder))

    def create(self, request: Request) -> Response:
        """Make a record."""
        data = read(self.kind, request.data, new=True)
        return self._shown(Editor(self.kind, self.holder, data=data).save(), 201)

    def update(self, request: Request, pk: str) -> Response:
        """Change a record: what is left out is emptied, lines that are left out go."""
        version = self.body(Seen)["version"]
        record = self.kind.find(self.holder, int(pk))
        data = read(self.kind, request.data, new=False)
        editor = Editor(self.kind, self.holder, record=record, data=data)
        return self._shown(editor.save(version))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a record that nothing points to, or a document that was never submitted."""
        services.delete_record(kind=self.kind, pk=int(pk), rights=self.holder)
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str) -> Response:
        """Make a new record that says the same, with its lines."""
        record, lines = copy_of(self.kind, self.kind.find(self.holder, int(pk)))
        made = services.save_record(kind=self.kind, record=record, lines=lines, rights=self.holder)
        return self._shown(made, 201)

    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give a record to a colleague."""
        to = self.body(HandTo)["to"]
        record = self.kind.find(self.holder, int(pk))
        self.kind.require(self.holder, Action.HAND_OVER, record)
        services.hand_over_records(kind=self.kind, pks=[record.pk], to=to, rights=self.holder)
        return Response(status=204)

    def _shown(self, record: Any, status: int = 200) -> Response:
        """The record as it is stored."""
        stored = self.kind.find(self.holder, record.pk)
        return Response(represent(self.kind, stored, self.holder), status=status)


class DocumentViews(RecordViews):
    """Documents can be made void."""

    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """Make a document void."""
        reason = self.body(BecauseOf)["reason"]
        return self._shown(
            services.void_document(kind=self.kind, pk=int(pk), rights=self.holder, reason=reason)
        )


class ApprovedRecordViews(RecordViews):
    """What is approved can be submitted."""

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Send a document into its approval."""
        return answer(services.submit_document(kind=self.kind, pk=int(pk), rights=self.holder))


class ApprovedViews(ApprovedRecordViews, DocumentViews):
    """Documents that are approved."""

    @action(detail=True, methods=["post"])
    def unapprove(self, request: Request, pk: str) -> Response:
        """Ask for an approved document to become a draft again."""
        reason = self.body(BecauseOf)["reason"]
        return answer(
            unapproval.unapprove_document(
                kind=self.kind, pk=int(pk), rights=self.holder, reason=reason
            )
        )


BASES: dict[tuple[bool, bool], type[RecordViews]] = {  # whether it is approved, and a document
    (True, True): ApprovedViews,
    (True, False): ApprovedRecordViews,
    (False, True): DocumentViews,
    (False, False): RecordViews,
}


def _doing(name: str) -> Callable[[RecordViews, Request, str], Response]:
    """The action of a command that a kind declares."""

    def do(self: RecordViews, request: Request, pk: str) -> Response:
        kind, rights = self.kind, self.holder
        command = kind.commands[name]
        record = kind.find(rights, int(pk))
        kind.require(rights, command.action, record)
        form = command.form(None, kind=kind, records=[record], rights=rights)
        sent = read_flat(form.fields, request.data)
        form = command.form(sent, kind=kind, records=[record], rights=rights)
        if not form.is_valid():
            raise ValidationError(
                {name: list(map(str, found)) for name, found in form.errors.items()}
            )
        made = perform(kind, name, record.pk, rights, form.cleaned_data)
        if command.makes:
            return self._shown(made, 201)
        found = kind.queryset(rights).filter(pk=record.pk).first() if command.stays else None
        return Response(status=204) if found is None else self._shown(found)

    do.__name__, do.__doc__ = name.replace("-", "_"), f"Do with a record: {name}."
    return do


NEEDED = {
    "list": Action.VIEW,
    "retrieve": Action.VIEW,
    "create": Action.ADD,
    "update": Action.CHANGE,
    "destroy": Action.DELETE,
    "copy": Action.ADD,
    "hand_over": Action.HAND_OVER,
    "void": Action.VOID,
    "submit": Action.SUBMIT,
    "unapprove": Action.UNAPPROVE,
}


def views_of(kind: DocumentKind) -> type[RecordViews]:
    """The views of one kind, described by its forms."""
    base = BASES[kind.approval is not None, kind.is_document]
    needed: dict[str, str] = {**NEEDED}
    own: dict[str, Any] = {}
    for name, command in kind.commands.items():
        done = _doing(name)
        needed[done.__name__] = command.action
        own[done.__name__] = action(detail=True, methods=["post"], url_path=name)(done)
    rights = {name: KindRight(kind.key, right) for name, right in needed.items()}
    made = type(
        f"{kind.model.__name__}Views",
        (base,),
        {"kind": kind, "area": kind.key, "rights": rights, "__doc__": kind.label_plural, **own},
    )
    described = {name: text for name, text in _described(kind).items() if hasattr(made, name)}
    found: type[RecordViews] = extend_schema_view(**described)(made)
    return found


def _described(kind: DocumentKind) -> dict[str, Any]:
    record, row, sent = output_of(kind), output_of(kind, lines=False), input_of(kind)
    own = {
        name.replace("-", "_"): extend_schema(
            parameters=[ID],
            request=command_input(kind, name),
            responses=_answers(command, record),
        )
        for name, command in kind.commands.items()
    }
    return {
        "list": extend_schema(
            parameters=parameters_of(kind), responses=_page(kind, row), filters=False
        ),
        "retrieve": extend_schema(parameters=[ID], responses=record),
        "create": extend_schema(request=sent, responses={201: record}),
        "update": extend_schema(parameters=[ID], request=change_of(kind, sent), responses=record),
        "destroy": extend_schema(parameters=[ID], responses={204: None}),
        "copy": extend_schema(parameters=[ID], request=None, responses={201: record}),
        "hand_over": extend_schema(parameters=[ID], request=HandTo, responses={204: None}),
        "void": extend_schema(parameters=[ID], request=BecauseOf, responses=record),
        "submit": extend_schema(parameters=[ID], request=None, responses=ResultSerializer),
        "unapprove": extend_schema(parameters=[ID], request=BecauseOf, responses=ResultSerializer),
        **own,
    }


def _answers(command: Doing, record: Any) -> dict[int, Any]:
    if command.makes:
        return {201: record}
    return {200: record} if command.stays else {204: None}


def _page(kind: DocumentKind, row: Any) -> Any:
    fields: Row = {
        "next": serializers.URLField(allow_null=True),
        "results": row(many=True),
        "__doc__": f"A page of {kind.key}.",
    }
    return type(f"{kind.model.__name__}Page", (serializers.Serializer,), fields)
