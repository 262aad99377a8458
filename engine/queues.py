"""Queues of the inbox: a diagram names the code, people read the label.

Apps register theirs in a module `queues.py`, found at start-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from engine.exceptions import InvalidData
from engine.registry import Registry

registry: Registry[str | Promise] = Registry("queue")


def named_by(variables: Mapping[str, Any]) -> dict[str, str]:
    """What the start variable `queue` says for the card of a case; raises InvalidData where it
    names no queue."""
    queue = variables.get("queue")
    if queue is None:
        return {}
    if not isinstance(queue, str) or queue not in registry:
        message = _("There is no queue “%(queue)s”.") % {"queue": str(queue)[:80]}
        raise InvalidData(message, errors={"queue": [message]})
    return {"queue": queue}
