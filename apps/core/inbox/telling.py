"""What is said after a step: what was done, and what happens next."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.inbox import looking, rows, wording
from apps.core.shell.toasts import say
from engine.instances import Result
from engine.models import ProcessInstance


def say_next(request: HttpRequest, done: str, result: Result) -> None:
    """A toast on the next page."""
    found = ProcessInstance.objects.select_related("definition")
    instance = found.defer("runtime", "definition__compiled").get(pk=result.instance)
    what = _("%(done)s: “%(subject)s”") % {"done": done, "subject": rows.subject_of(instance)}
    say(request, what, then=_then(instance))


def _then(instance: ProcessInstance) -> str:
    waiting = looking.waiting(instance)
    if not waiting:
        end = rows.end_label(instance) or str(instance.get_state_display())
        return _("It has ended: %(end)s.") % {"end": end}
    people = dict.fromkeys(person for one in waiting for person in one.people)
    values = {
        "people": _(", ").join(people),
        "step": waiting[0].step,
        "due": wording.moment(waiting[0].task.due_at),
    }
    if waiting[0].task.due_at:
        return _("Now with %(people)s (%(step)s) until %(due)s.") % values
    return _("Now with %(people)s (%(step)s).") % values
