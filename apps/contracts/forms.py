"""Forms of sales contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from apps.catalog.models import TaxRate
from apps.contracts.amounts import HUNDRED, Typed
from apps.contracts.models import DueRule, Instalment, SalesContract, SalesContractLine
from apps.core.kinds.recalling import RecallingForm
from apps.sales.customers.choosing import OfCustomerForm
from apps.sales.customers.invoicing import INVOICING, normal_tax_id
from apps.sales.models import Basis


class SalesContractForm(OfCustomerForm):
    """The header of a sales contract."""

    offers_primary = True
    may_come_later = ("customer",)  # products cost what the list says until then

    class Meta:
        model = SalesContract
        fields = (
            "name",
            "category",
            "customer",
            "contact",
            "phone",
            "opportunity",
            "date",
            "signed_on",
            "effective_on",
            "ends_on",
            "our_entity",
            "our_signatory",
            "their_signatory",
            "their_number",
            "seal_state",
            "archive_number",
            "delivery_on",
            "delivery_place",
            "delivery_terms",
            "warranty_months",
            "retention_percent",
            "discount",
            "invoice_kind",
            *INVOICING,
            "remarks",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.amends_id is not None:  # all versions come from the same
            self.fields["opportunity"].disabled = True

    def clean_tax_id(self) -> str:
        return normal_tax_id(self.cleaned_data["tax_id"])

    def clean_discount(self) -> Any:
        discount = self.cleaned_data["discount"] or 0
        if discount < 0:
            raise forms.ValidationError(_("A discount isn't negative."))
        return discount

    def clean_retention_percent(self) -> Any:
        return self.cleaned_data["retention_percent"] or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins = data.get("effective_on") or data.get("signed_on")
        if begins and data.get("ends_on") and data["ends_on"] < begins:
            self.add_error("ends_on", _("It ends before it begins."))
        return data


class DiscountRateField(forms.DecimalField):
    """What is left of a price, in percent; also as it is said: 8.5折 and 85折 are 85 %."""

    def to_python(self, value: Any) -> Any:
        said = str(value or "").strip().removesuffix("%").rstrip()
        if not said.endswith("折"):
            return super().to_python(said or value)
        rate = super().to_python(said.removesuffix("折").rstrip())
        return rate * 10 if rate is not None and rate <= 10 else rate


class SalesContractLineForm(RecallingForm):
    """A product and what is asked for it. Of discount rate, net unit price and gross amount the one
    that was typed counts: `typed` says which; where it doesn't, the one that has changed. So it is
    with the offer: `basis` says whether it was typed."""

    settles: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "typed": {"gross": Typed.GROSS, "price": Typed.PRICE, "rate": Typed.RATE},
        "basis": {"offer": Basis.TYPED},
    }

    class Meta:
        model = SalesContractLine
        fields = (
            "product",
            "quantity",
            "offer",
            "basis",
            "rate",
            "price",
            "gross",
            "typed",
            "tax_rate",
            "reason",
            "serial_numbers",
            "remarks",
        )
        widgets = {"basis": forms.HiddenInput, "typed": forms.HiddenInput}
        field_classes = {"rate": DiscountRateField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tax_rate"].queryset = TaxRate.objects.valid()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("rate") is None:
            data["rate"] = HUNDRED
        for name in ("price", "gross"):
            data[name] = data.get(name) or 0
        if min(data["rate"], data["gross"]) < 0:
            self.add_error("rate", _("It isn't negative."))
        return data


class InstalmentForm(RecallingForm):
    """An instalment: a percentage, or else an amount. `by_amount` says which of them was agreed;
    where only one is given, it is that one."""

    settles: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "by_amount": {"percent": "False", "amount": "True"}
    }

    class Meta:
        model = Instalment
        fields = ("label", "rule", "days", "due_on", "percent", "amount", "by_amount")
        widgets = {"by_amount": forms.HiddenInput}
        field_classes = {"by_amount": forms.NullBooleanField}  # None: nothing is said

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.note = ""
        if self.instance.was is not None and self.instance.was in self.instance.document.due_before:
            self.note = _("Due or paid before this amendment: percentage and amount stay.")
            for name in ("percent", "amount"):
                self.fields[name].disabled = True

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("rule") == DueRule.DATE and not data.get("due_on"):
            self.add_error("due_on", _("On which date?"))
        percent, amount = data.get("percent"), data.get("amount")
        if percent is None and amount is None:
            self.add_error("percent", _("Give a percentage or an amount."))
        elif percent is None or amount is None:
            data["by_amount"] = percent is None
        if min(percent or 0, amount or 0) < 0 or (percent or 0) > HUNDRED:
            self.add_error("percent", _("Between 0 and 100 percent."))
        return data
