"""The studio in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.deploying import SUBJECT
from apps.core.operating import CASES
from apps.core.shell.navigation import Entry, add
from engine.models import Incident


def _open_incidents(request: HttpRequest) -> int:
    return Incident.objects.filter(state=Incident.State.OPEN).count()


add(
    Entry(
        name="processes.definitions",
        module="processes",
        label=_("Processes"),
        url="studio:processes",
        icon="sitemap",
        kind=SUBJECT,
        position=10,
    ),
    Entry(
        name="processes.cases",
        module="processes",
        label=_("Cases"),
        url="studio:cases",
        icon="route",
        kind=CASES,
        position=20,
    ),
    Entry(
        name="processes.incidents",
        module="processes",
        label=_("Incidents"),
        url="studio:incidents",
        icon="alert-triangle",
        kind=CASES,
        position=30,
        count=_open_incidents,
    ),
)
