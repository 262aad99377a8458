"""Operations of presales support: `presales.*`. `target` is the business key of the request."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.kinds.cards import show_submitted
from apps.core.kinds.services import lock_document
from apps.sales.presales.models import PresalesRefusal, PresalesRequest, PresalesState
from engine.models import HumanTask
from engine.operations import Context, operation


def _move(target: str, state: PresalesState, **stamps: Any) -> PresalesRequest:
    """The locked request in another state."""
    request: PresalesRequest = lock_document(target)[1]
    request.state = state
    request.version += 1
    for name, value in stamps.items():
        setattr(request, name, value)
    request.save()
    return request


def _opinion(context: Context) -> str:
    return context.decided.opinion if context.decided else ""


def _tell(
    context: Context, users: Collection[int], request: PresalesRequest, subject: str, text: str
) -> None:
    values = {
        "number": request.number,
        "subject": request.subject,
        "reason": request.closing_note,
        "result": request.result,
    }
    context.tell(users, subject=subject, text=text, values=values)


@operation("presales.submit")
def submit(context: Context, *, target: str) -> dict[str, Any]:
    """Handed in: it can't be changed from now on."""
    _kind, request = lock_document(target)
    show_submitted(context, request)
    _move(target, PresalesState.WAITING, submitted_at=context.now)
    return {"wanted_at": request.wanted_at}


@operation("presales.assign")
def assign(context: Context, *, target: str, engineer: int) -> int:
    """The manager has chosen an engineer."""
    _move(target, PresalesState.ASSIGNED, engineer_id=engineer)
    return engineer


@operation("presales.refuse")
def refuse(context: Context, *, target: str, engineer: int) -> list[int]:
    """The engineer doesn't do it, and isn't asked again; all who have refused."""
    request = _move(target, PresalesState.WAITING, engineer_id=None)
    PresalesRefusal.objects.get_or_create(
        request=request,
        engineer_id=engineer,
        defaults={"at": context.now, "reason": _opinion(context)},
    )
    return sorted(request.refusals.values_list("engineer", flat=True))


@operation("presales.accept")
def accept(context: Context, *, target: str) -> int:
    """The engineer does it; who that is by now."""
    request = _move(target, PresalesState.ACCEPTED, accepted_at=context.now)
    return int(request.engineer_id or 0)


@operation("presales.report")
def report(context: Context, *, target: str) -> str:
    """Done: what came of it is kept, and who asked for it is told."""
    data = context.decided.data if context.decided else {}
    request = _move(
        target,
        PresalesState.DONE,
        done_at=context.now,
        result=data.get("result", ""),
        hours=data.get("hours"),
    )
    _tell(
        context,
        [request.owner_id],
        request,
        gettext_noop("Presales support done: %(subject)s"),
        gettext_noop("%(number)s “%(subject)s” is done:\n\n%(result)s"),
    )
    return PresalesState.DONE.value


@operation("presales.decline")
def decline(context: Context, *, target: str) -> str:
    """The manager gives nobody; who asked for it is told why."""
    request = _move(target, PresalesState.DECLINED, closing_note=_opinion(context))
    _tell(
        context,
        [request.owner_id],
        request,
        gettext_noop("Presales support declined: %(subject)s"),
        gettext_noop("%(number)s “%(subject)s” has been declined: %(reason)s"),
    )
    return PresalesState.DECLINED.value


@operation("presales.cancel")
def cancel(context: Context, *, target: str, reason: str) -> str:
    """Who asked for it doesn't need it any more; whoever works on it is told."""
    request = _move(target, PresalesState.CANCELLED, closing_note=reason or "")
    if request.engineer_id is not None:
        _tell(
            context,
            [request.engineer_id],
            request,
            gettext_noop("Presales support cancelled: %(subject)s"),
            gettext_noop("%(number)s “%(subject)s” isn't needed any more: %(reason)s"),
        )
    return PresalesState.CANCELLED.value


@operation("presales.remind")
def remind(context: Context, *, target: str) -> list[int]:
    """Mail those in whose inbox the open tasks lie; their user ids."""
    task_ids = [task_id for task_id, _activity in context.site.open_tasks()]
    users = sorted(
        HumanTask.objects.filter(
            task_id__in=task_ids, instance_id=context.instance, audience__isnull=False
        )
        .values_list("audience__members__user", flat=True)
        .distinct()
    )
    request: PresalesRequest = lock_document(target)[1]
    _tell(
        context,
        users,
        request,
        gettext_noop("Presales support waits for you: %(subject)s"),
        gettext_noop("%(number)s “%(subject)s” still waits for you."),
    )
    return users
