"""Task forms of presales support."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.kinds.registry import kind_of_key
from apps.core.task_form import TaskForm
from apps.people.models import RoleHolder, User
from apps.sales.presales.models import UNDER_WAY, PresalesRefusal, PresalesRequest
from engine.forms import task_form
from engine.organisation import Role


class EngineerChoice(forms.ModelChoiceField):
    """Engineers, each with how many requests they have."""

    def label_from_instance(self, obj: Any) -> str:
        text = ngettext(
            "%(name)s (%(count)s request under way)",
            "%(name)s (%(count)s requests under way)",
            obj.busy,
        )
        return text % {"name": obj, "count": obj.busy}


@task_form("presales.assign")
class AssignForm(TaskForm):
    """Which engineer does it: whoever is presales or an engineer, or the manager; never who has
    refused it, nor who asked for it. Declining needs no engineer."""

    def fit(self) -> None:
        if self.task.decision not in ("", "assign"):
            return
        _kind, request = kind_of_key(self.task.business_key)
        self.fields["engineer"] = EngineerChoice(
            label=_("Engineer"),
            queryset=_able(request, self.task.user).exclude(pk=self.task.variables["initiator"]),
            required=self.task.decision == "assign",
            empty_label=_("Choose an engineer"),
        )

    def clean_engineer(self) -> int | None:
        """As the diagram wants it."""
        engineer = self.cleaned_data["engineer"]
        return engineer.pk if engineer else None


def _able(request: int, manager: int) -> Any:
    """Who can do a request, those with the fewest under way first; in one question."""
    holds = RoleHolder.objects.filter(
        employee=OuterRef("pk"), role__in=[Role.PRESALES, Role.ENGINEER]
    )
    refused = PresalesRefusal.objects.filter(request=request, engineer=OuterRef("pk"))
    busy = PresalesRequest.objects.filter(state__in=UNDER_WAY, engineer=OuterRef("pk")).order_by()
    number = busy.values("engineer").annotate(number=Count("pk")).values("number")
    return (
        User.objects.able()
        .filter(Q(Exists(holds)) | Q(pk=manager))
        .exclude(Exists(refused))
        .annotate(busy=Coalesce(Subquery(number), 0))
        .order_by("busy", "pk")
    )


@task_form("presales.accept")
class AcceptForm(TaskForm):
    """Nothing to fill in: the reason of a refusal is the opinion."""


@task_form("presales.report")
class ReportForm(TaskForm):
    """What was done and what came of it."""

    result = forms.CharField(
        label=_("Result"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    hours = forms.DecimalField(
        label=_("Hours"),
        required=False,
        min_value=Decimal("0.1"),
        max_digits=5,
        decimal_places=1,
    )
