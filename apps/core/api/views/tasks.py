"""Human tasks: the inbox, and what a person may do with a task. Whose a task is, the engine
decides; a case that the reader may not see is not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apps.core.api import commands, serializers
from apps.core.api.fields import Row, with_names
from apps.core.api.form_schema import describe_form
from apps.core.api.parsers import JSONParser
from apps.core.api.permissions import Right
from apps.core.api.views.base import ID, Area, answer
from apps.core.api.views.batches import show_batch
from apps.core.inbox import elements, looking
from apps.core.inbox.visibility import find_task, visible_tasks
from engine import approvers, batches, inbox, tasks
from engine.models import HumanTask

ACTIONS = (
    *("list", "counts", "done", "retrieve", "claim", "unclaim", "complete", "complete_many"),
    *("assign", "transfer", "delegate", "resolve", "add_approver", "remove", "urge", "dates"),
    "send_back",
)


class TaskViews(Area):
    """Human tasks."""

    area = "tasks"
    rights = dict.fromkeys(ACTIONS, Right.MEMBER)

    def find(self, task: str) -> HumanTask:
        """The task of the address."""
        return find_task(self.viewer, int(task))

    # --- looking ----------------------------------------------------------------------------------
    @extend_schema(parameters=[commands.InboxFilter], responses=serializers.TaskPageSerializer)
    def list(self, request: Request) -> Response:
        """A page of the reader's inbox, the most urgent first."""
        query = request.query_params.copy()
        wanted = commands.InboxFilter.read(query)
        page = inbox.page(
            self.user,
            queues=wanted.get("queue") or None,
            view=wanted["view"],
            cursor=wanted["cursor"],
            limit=wanted["limit"],
            hide_snoozed_at=None if wanted["snoozed"] else timezone.now(),
        )
        return self._shown(page)

    def _shown(self, page: inbox.Page) -> Response:
        shown = {
            "next": self._page(page.next),
            "previous": self._page(page.previous),
            "results": page.tasks,
        }
        context = _people(page.tasks)
        return Response(serializers.TaskPageSerializer(shown, context=context).data)

    def _page(self, cursor: str) -> str | None:
        here = self.request.build_absolute_uri()
        return replace_query_param(here, "cursor", cursor) if cursor else None

    @extend_schema(responses=serializers.CountsSerializer)
    @action(detail=False)
    def counts(self, request: Request) -> Response:
        """How much waits for the reader, by queue; tasks put off do not count."""
        counts = inbox.counts(self.user, hide_snoozed_at=timezone.now())
        return Response(serializers.CountsSerializer(counts).data)

    @extend_schema(parameters=[commands.DoneFilter], responses=serializers.TaskPageSerializer)
    @action(detail=False)
    def done(self, request: Request) -> Response:
        """A page of what the reader has decided, the latest first."""
        return self._shown(inbox.decided(self.user, **self.query(commands.DoneFilter)))

    @extend_schema(parameters=[ID], responses=serializers.TaskDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A task, why the reader is asked, what may be decided, and what the form takes."""
        found: Any = self.find(pk)
        found.may_act = looking.may_act(found, self.user)
        form = looking.task_form(found, self.user) if found.may_act else None
        found.why = looking.why(found, self.user)
        found.asked = looking.asked([found])[found.pk]
        found.decisions = looking.offers(found, form)
        found.form = describe_form(form)
        found.earlier_steps = _earlier(found) if found.may_act else []
        context = _people([found], found.asked)
        return Response(serializers.TaskDetailSerializer(found, context=context).data)

    # --- deciding ---------------------------------------------------------------------------------
    @extend_schema(
        parameters=[ID],
        request={
            "application/json": commands.Complete,
            "multipart/form-data": commands.CompleteWithFiles,
        },
        responses=serializers.ResultSerializer,
    )
    @action(detail=True, methods=["post"], parser_classes=(JSONParser, MultiPartParser))
    def complete(self, request: Request, pk: str) -> Response:
        """Decide. A task of a pool is claimed by deciding it. 409 says who was faster, and when.

        Files come as parts: those of the opinion are named `attachments`, any other is named like
        the field of the form that asks for it. One that can't be taken keeps the task open."""
        task = self.find(pk).pk
        body = self._with_files(request, commands.Complete, commands.CompleteWithFiles)
        return answer(tasks.complete(task, user=self.user, **body))

    def _with_files(
        self, request: Request, plain: type[commands.Command], in_parts: type[commands.Command]
    ) -> Row:
        """The body, with all files that came, where it came in parts."""
        body = self.body(in_parts if isinstance(request.data, QueryDict) else plain)
        body.pop("attachments", None)  # among all files
        return {**body, "files": request.FILES}

    @extend_schema(
        request=commands.CompleteMany,
        responses={200: serializers.BatchSerializer, 202: serializers.BatchSerializer},
    )
    @action(detail=False, methods=["post"], url_path="complete-many")
    def complete_many(self, request: Request) -> Response:
        """Decide many tasks alike, as a batch that is kept. One that fails stays open and says why;
        the others are decided. More than twenty are worked off after the answer (202): the batch
        tells how far it is."""
        body = self.body(commands.CompleteMany)
        asked = dict.fromkeys(body.pop("tasks"))
        seen = visible_tasks(self.viewer, asked)
        mine = {task: None for task in asked if task in seen}
        batch = batches.decide(mine, user=self.user, **body) if mine else None
        return show_batch(batch, missing=[task for task in asked if task not in seen])

    # --- handing on -------------------------------------------------------------------------------
    @extend_schema(parameters=[ID], request=commands.Seen, responses={204: None})
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str) -> Response:
        """Take the task out of the pool."""
        tasks.claim(self.find(pk).pk, user=self.user, **self.body(commands.Seen))
        return Response(status=204)

    @extend_schema(parameters=[ID], request=commands.Seen, responses={204: None})
    @action(detail=True, methods=["post"])
    def unclaim(self, request: Request, pk: str) -> Response:
        """Put the task back into its pool."""
        tasks.unclaim(self.find(pk).pk, user=self.user, **self.body(commands.Seen))
        return Response(status=204)

    @extend_schema(parameters=[ID], request=commands.Hand, responses={204: None})
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Give the task to somebody: for administrators and those it could fall to."""
        tasks.assign(self.find(pk).pk, by=self.user, **self.body(commands.Hand))
        return Response(status=204)

    @extend_schema(parameters=[ID], request=commands.Hand, responses={204: None})
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, pk: str) -> Response:
        """Hand the task over for good."""
        tasks.transfer(self.find(pk).pk, by=self.user, **self.body(commands.Hand))
        return Response(status=204)

    @extend_schema(parameters=[ID], request=commands.Hand, responses={204: None})
    @action(detail=True, methods=["post"])
    def delegate(self, request: Request, pk: str) -> Response:
        """Ask somebody to look into it; it comes back before it is decided."""
        tasks.delegate(self.find(pk).pk, by=self.user, **self.body(commands.Hand))
        return Response(status=204)

    @extend_schema(
        parameters=[ID],
        request={
            "application/json": commands.Resolve,
            "multipart/form-data": commands.ResolveWithFiles,
        },
        responses={204: None},
    )
    @action(detail=True, methods=["post"], parser_classes=(JSONParser, MultiPartParser))
    def resolve(self, request: Request, pk: str) -> Response:
        """Answer a delegated task; files come as parts named `attachments`."""
        task = self.find(pk).pk
        body = self._with_files(request, commands.Resolve, commands.ResolveWithFiles)
        tasks.resolve(task, user=self.user, **body)
        return Response(status=204)

    @extend_schema(
        parameters=[ID], request=commands.AddApprover, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"], url_path="add-approver")
    def add_approver(self, request: Request, pk: str) -> Response:
        """One more approver before, beside or after the reader."""
        task = self.find(pk).pk
        return answer(approvers.add_approver(task, by=self.user, **self.body(commands.AddApprover)))

    @extend_schema(
        parameters=[ID], request=commands.Because, responses=serializers.ResultSerializer
    )
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:
        """Take an added approver off again."""
        task = self.find(pk).pk
        return answer(approvers.remove_approver(task, by=self.user, **self.body(commands.Because)))

    @extend_schema(
        parameters=[ID],
        request={
            "application/json": commands.SendBack,
            "multipart/form-data": commands.SendBackWithFiles,
        },
        responses=serializers.ResultSerializer,
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="send-back",
        parser_classes=(JSONParser, MultiPartParser),
    )
    def send_back(self, request: Request, pk: str) -> Response:
        """Back to an earlier step of a scope that is still open; files come as parts named
        `attachments`."""
        task = self.find(pk).pk
        body = self._with_files(request, commands.SendBack, commands.SendBackWithFiles)
        body["to"] = str(body["to"])
        return answer(approvers.send_back(task, user=self.user, **body))

    @extend_schema(parameters=[ID], request=commands.Urge, responses={204: None})
    @action(detail=True, methods=["post"])
    def urge(self, request: Request, pk: str) -> Response:
        """Ask those who have the task to hurry."""
        tasks.urge(self.find(pk).pk, by=self.user, **self.body(commands.Urge))
        return Response(status=204)

    @extend_schema(parameters=[ID], request=commands.SetDates, responses={204: None})
    @action(detail=True, methods=["post"])
    def dates(self, request: Request, pk: str) -> Response:
        """Set due date, follow-up date and priority."""
        tasks.set_dates(self.find(pk).pk, user=self.user, **self.body(commands.SetDates))
        return Response(status=204)


def _people(found: Iterable[HumanTask], more: Iterable[int | None] = ()) -> dict[str, Any]:
    people: set[int | None] = set(more)
    for task in found:
        people.update((task.initiator, task.assignee, task.owner, task.decided_by))
    return with_names(people)


def _earlier(task: HumanTask) -> list[Row]:
    return [
        {
            "task_id": other.task_id,
            "step": elements.element_label(task.instance, other.process, other.element),
        }
        for other in approvers.earlier_steps(task)
    ]
