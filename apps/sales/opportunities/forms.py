"""Forms of opportunities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.sales.opportunities.models import (
    Competitor,
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
    OpportunityState,
)


class OpportunityForm(forms.ModelForm):
    """An opportunity. Whoever gives products needs no amount: they add up to it."""

    class Meta:
        model = Opportunity
        fields = (
            "name",
            "customer",
            "contact",
            "stage",
            "amount",
            "win_rate",
            "expected_on",
            "source",
            "remarks",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = OpportunityStage.objects.in_use()
        if self.instance.stage_id:  # also one that is out of use by now
            stages |= OpportunityStage.objects.filter(pk=self.instance.stage_id)
        self.fields["stage"].queryset = stages
        self.fields["stage"].empty_label = None
        self.fields["amount"].required = False

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount is not None and amount < 0:
            raise forms.ValidationError(_("An amount isn't negative."))
        return amount

    def clean_stage(self) -> OpportunityStage:
        stage: OpportunityStage = self.cleaned_data["stage"]
        closed = self.instance.pk and self.instance.state != OpportunityState.OPEN
        if closed and "stage" in self.changed_data:
            raise forms.ValidationError(_("It is closed: reopen it before you move it."))
        return stage

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        contact, customer = data.get("contact"), data.get("customer")
        if contact and customer and contact.customer_id != customer.pk:
            self.add_error("contact", _("This contact belongs to another customer."))
        return data


class CompetitorForm(forms.ModelForm):
    """A competitor."""

    class Meta:
        model = Competitor
        fields = ("name", "strengths", "price", "note")


class OpportunityProductForm(forms.ModelForm):
    """A product that might be bought."""

    class Meta:
        model = OpportunityProduct
        fields = ("product", "quantity", "price")
