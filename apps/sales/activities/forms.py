"""Forms of activities."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.sales.activities.models import CLOCKS_DIFFER, ActivityState, SalesActivity
from apps.sales.customers.choosing import OfCustomerForm


class ActivityForm(OfCustomerForm):
    """What is planned, and about whom."""

    class Meta:
        model = SalesActivity
        fields = (
            "kind",
            "subject",
            "planned_at",
            "ends_at",
            "place",
            "company",
            "lead",
            "customer",
            "opportunity",
            "contact",
            "done_at",
            "outcome",
            "next_step",
            "remarks",
        )
        help_texts = {"done_at": _lazy("Left empty: it is still to come.")}

    def __init__(self, *args: Any, instance: SalesActivity | None = None, **kwargs: Any) -> None:
        if instance is not None and instance.pk is None:  # a copy is to be done once more
            instance.done_at, instance.outcome, instance.next_step = None, "", ""
        super().__init__(*args, instance=instance, **kwargs)
        if instance is not None and instance.pk is not None:
            self.fields["done_at"].disabled = True  # finishing is a command of its own

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("customer") is None and not self.errors:  # known by what else was
            known = self.cleaned_data.get("opportunity") or self.cleaned_data.get("contact")
            self.cleaned_data["customer"] = known.customer if known else None
        data = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            self._take_outcome(data)
        begins, ends = data.get("planned_at"), data.get("ends_at")
        if begins and ends and ends < begins:
            self.add_error("ends_at", _("It ends before it begins."))
        return data

    def _take_outcome(self, data: dict[str, Any]) -> None:
        """One that has taken place already is done at once."""
        done_at = data.get("done_at")
        if done_at is None:
            if data.get("outcome", "").strip():
                self.add_error("done_at", _("When did it take place?"))
            return
        if done_at > timezone.now() + CLOCKS_DIFFER:
            self.add_error("done_at", _("What has taken place isn't in the future."))
        if not data.get("outcome", "").strip():
            self.add_error("outcome", _("Say what came of it."))
        self.instance.state = ActivityState.DONE
