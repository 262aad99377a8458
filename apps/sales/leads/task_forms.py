"""Task forms of the promotion of leads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.task_editing import EditingForm
from apps.core.task_form import TaskForm
from apps.sales.customers.models import ASLEEP
from apps.sales.leads.changes import changes_since
from apps.sales.leads.forms import ASKABLE
from apps.sales.leads.models import Lead
from apps.sales.leads.promotion import BOTH, RESTORE, TO_APPLICANT
from engine.forms import task_form
from engine.models import HumanTask
from engine.organisation import organisation

APPROVE: Final = "approve"
ASK_MORE: Final = "ask_more"
RESUBMIT: Final = "resubmit"


class LeadTaskForm(TaskForm):
    """A form that knows the lead of its task."""

    def fit(self) -> None:
        _kind, pk = kind_of_key(self.task.business_key)
        related = ("owner", "conflict_with", "changed_by")
        self.lead = Lead.objects.select_related(*related).get(pk=pk)


class JudgeForm(LeadTaskForm):
    """Somebody decides about a lead that isn't theirs, and that is as they have seen it: `version`.
    Where it has changed meanwhile they are told what, and asked again."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def fit(self) -> None:
        super().fit()
        self.fields["version"].initial = self.lead.version

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        problem = self._bar()
        if problem:
            raise forms.ValidationError(problem)
        seen = data.get("version")
        if seen is not None and seen != self.lead.version:
            self._show_again()
            raise forms.ValidationError(self._changed(seen))
        return data

    def _bar(self) -> str:
        """Why this person may not decide; "" where they may."""
        if self.task.user == self.lead.owner_id:
            return _now("The lead is your own by now: let somebody else decide.")
        task = HumanTask.objects.filter(pk=self.task.task).first()
        why = (task.assignment if task is not None else {}).get(str(self.task.user), {})
        if why.get("rule") == "nobody_found":
            return _now("Nobody holds the role that decides. Assign it to somebody who may.")
        return ""

    def _show_again(self) -> None:
        """The next attempt is about the lead as it is now."""
        sent: Any = self.data.copy()
        sent["version"] = str(self.lead.version)
        self.data = sent

    def _changed(self, seen: int) -> str:
        said = _now("; ").join(changes_since(self.lead, seen))
        by = self.lead.changed_by_id
        return _now(
            "%(name)s has changed the lead at %(time)s, after you opened it (%(changes)s). Look at"
            " it again, and decide once more."
        ) % {
            "name": organisation().names([by]).get(by, "?") if by else _now("The system"),
            "time": timezone.localtime(self.lead.changed_at).strftime("%H:%M"),
            "changes": said or _now("its state"),
        }


@task_form("sales.lead_review")
class LeadReviewForm(JudgeForm):
    """What follows from the review: the opportunity that is opened with the customer, or what is
    asked for. `version` absent: nothing was shown, and the lead's own wish counts."""

    folded = frozenset({"asked"})

    open_opportunity = forms.BooleanField(label=_("Open an opportunity"), required=False)
    opportunity_name = forms.CharField(label=_("Opportunity"), max_length=120, required=False)
    opportunity_amount = forms.DecimalField(
        label=_("Expected amount"), min_value=0, max_digits=16, decimal_places=2, required=False
    )
    asked = forms.MultipleChoiceField(
        label=_("Asked for (where more is wanted)"),
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple,
    )

    def fit(self) -> None:
        super().fit()
        lead = self.lead
        self.fields["open_opportunity"].initial = bool(lead.opportunity_name)
        self.fields["opportunity_name"].initial = lead.opportunity_name
        self.fields["opportunity_amount"].initial = (
            lead.opportunity_amount if lead.opportunity_amount is not None else lead.budget
        )
        asked: Any = self.fields["asked"]
        asked.choices = [(name, _label(name)) for name in ASKABLE]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.task.decision == ASK_MORE:
            return {"asked": list(data.get("asked") or ())}
        if self.task.decision == APPROVE:
            return {"opportunity": self._opportunity(data)}
        return {}

    def _opportunity(self, data: dict[str, Any]) -> dict[str, Any] | None:
        shown = data.get("version") is not None
        wanted = data.get("open_opportunity") if shown else bool(self.lead.opportunity_name)
        if not wanted:
            return None
        name = (data.get("opportunity_name") if shown else "") or self.lead.opportunity_name
        amount = data.get("opportunity_amount") if shown else self.lead.opportunity_amount
        if not name:
            self.add_error("opportunity_name", _now("Give the opportunity a name."))
        return {"name": name, "amount": amount or 0}


def _label(name: str) -> str:
    label = str(Lead._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


@task_form("sales.lead_more")
class LeadMoreForm(EditingForm):
    """What the reviewer asked for, to be answered here or on the page of the lead."""

    edits = Lead
    editable = ASKABLE

    def names_to_edit(self) -> Collection[str]:
        if self.task.decision not in ("", RESUBMIT):
            return ()
        return [name for name in self.record.asked_fields if name in ASKABLE]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.task.decision != RESUBMIT:
            return data
        lead = self.record  # as it becomes
        for name in self.names_to_edit():
            if getattr(lead, name) in (None, "") and name not in self.errors:
                self.add_error(name, _now("The reviewer asks for this."))
        for name, problems in self.kind.problems(lead).items():
            if name not in self.fields:
                raise forms.ValidationError(problems)
        return data


@task_form("sales.lead_conflict")
class LeadConflictForm(LeadTaskForm):
    """Asking for a ruling, or giving up, needs nothing but the opinion."""


@task_form("sales.lead_ruling")
class LeadRulingForm(JudgeForm):
    """A ruling about a conflict. A dormant customer can be restored; one in talk or won can be
    given away or shared."""

    def fit(self) -> None:
        super().fit()
        customer = self.lead.conflict_with
        asleep = customer is not None and customer.stage in ASLEEP
        self.not_offered = frozenset({TO_APPLICANT, BOTH}) if asleep else frozenset({RESTORE})

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.task.decision in self.not_offered:
            raise forms.ValidationError(
                _now("The customer's stage has changed meanwhile: look at it again.")
            )
        return {}
