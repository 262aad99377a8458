"""What is asked before something is done with customers, and what is said first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.inbox.forms import REASON, colleagues
from apps.core.kinds.addresses import url_of_key
from apps.core.kinds.choosing import dress_choices
from apps.core.kinds.columns import day
from apps.core.kinds.commands import ColleagueForm, CommandForm, Notice
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import User
from apps.sales.customers.belongings import belongings, usual_belongings
from apps.sales.customers.blockers import blockers_of
from apps.sales.customers.hanging import count_hanging
from apps.sales.customers.models import ASLEEP, Collaborator, Customer, CustomerStage
from apps.sales.customers.protection import is_protected
from apps.sales.customers.services.merging import merge_refusal
from apps.sales.customers.services.stages import restored_owner
from apps.sales.duplicates import find_matches
from engine.organisation import organisation

SAID: Final = 20  # records that are spoken of one by one
MERGE: Final = "merge"


class StageForm(CommandForm):
    """Something to say about it."""

    remarks = forms.CharField(
        label=gettext_lazy("Remarks"),
        max_length=REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LeavingForm(StageForm):
    """Why a customer is left alone, with what is open with it."""

    level = "warning"
    reason: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Reason"),
        queryset=DictionaryEntry.objects.filter(dictionary="stage_reason", active=True),
        empty_label=gettext_lazy("Choose a reason"),
    )

    field_order = ("reason", "wake_up_on", "remarks")

    def notices(self) -> list[Notice]:
        return [
            Notice(self.text(customer, str(blocker)), blocker.url, self.level)
            for customer in self.records[:SAID]
            for blocker in blockers_of(customer.pk)
        ]

    def text(self, customer: Customer, open_thing: str) -> str:
        """What is said of something open."""
        text = _("Still open: %(what)s")
        if len(self.records) > 1:
            text = _("%(customer)s: still open: %(what)s")
        return text % {"customer": customer, "what": open_thing}


class DormantForm(LeavingForm):
    """Until when a customer rests."""

    wake_up_on = forms.DateField(
        label=gettext_lazy("Wake up on"),
        required=False,
        help_text=gettext_lazy("On this day the owner is reminded. Left empty: nobody is."),
    )


class CloseForm(LeavingForm):
    """Why a customer is lost."""

    level = "danger"


class RestoreForm(StageForm):
    """To which stage and to whom a customer goes back."""

    def notices(self) -> list[Notice]:
        return [self._notice(customer) for customer in self.records[:SAID]]

    def _notice(self, customer: Customer) -> Notice:
        owner, before = restored_owner(customer), customer.owner_before_id
        names = organisation().names([user for user in (owner, before) if user is not None])
        said = {
            "customer": customer,
            "stage": CustomerStage(customer.stage_before or customer.stage).label,
            "owner": names.get(owner, "?"),
            "before": names.get(before or owner, "?"),
        }
        if owner == before:
            return Notice(_("%(customer)s: back to “%(stage)s”, with %(owner)s.") % said)
        text = _("%(customer)s: back to “%(stage)s”. %(before)s has left, so %(owner)s gets it.")
        return Notice(text % said, level="warning")


class TransferForm(ColleagueForm):
    """To whom customers go, and what goes along."""

    along = forms.MultipleChoiceField(
        label=gettext_lazy("Goes along"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        along = self.fields["along"]
        along.choices = list(self._choices())  # type: ignore[attr-defined]
        along.initial = usual_belongings()

    def _choices(self) -> Iterator[tuple[str, str]]:
        """Kinds, with how many would go along of one customer's."""
        for key in sorted(belongings):
            label = capfirst(belongings[key].label)
            if len(self.records) == 1:
                customer = self.records[0]
                found = belongings[key].find([customer.pk]).filter(owner=customer.owner_id)
                label = _("%(what)s (%(count)s)") % {"what": label, "count": found.count()}
            yield key, label

    def notices(self) -> list[Notice]:
        found = []
        for customer in self.records[:SAID]:
            if customer.protected_until and is_protected(customer):
                text = _("%(customer)s is protected until %(until)s.")
                said = {"customer": customer, "until": day(customer.protected_until)}
                found.append(Notice(text % said, level="warning"))
            if customer.stage in ASLEEP:
                name = organisation().names([restored_owner(customer)])
                text = _("%(customer)s rests: when it is restored, %(name)s gets it back.")
                said = {"customer": customer, "name": next(iter(name.values()), "?")}
                found.append(Notice(text % said))
        return found


class ShareForm(CommandForm):
    """With whom."""

    user: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"),
        queryset=None,
        empty_label=gettext_lazy("Choose a colleague"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = {customer.owner_id for customer in self.records}
        offered = colleagues()
        self.fields["user"].queryset = (  # type: ignore[attr-defined]
            offered.exclude(pk__in=owners) if len(owners) == 1 else offered
        )


class UnshareForm(CommandForm):
    """With whom no longer."""

    user: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"),
        queryset=None,
        empty_label=gettext_lazy("Choose a colleague"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shared = Collaborator.objects.filter(document__in=[each.pk for each in self.records])
        self.fields["user"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(pk__in=shared.values("user")).order_by("display_name")
        )


class MergeForm(CommandForm):
    """Into which customer; what moves is shown before it is done."""

    into: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Into"),
        queryset=Customer.objects.all(),
        help_text=gettext_lazy("This customer stays; the other one leads to it afterwards."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON, required=False)
    seen = forms.CharField(
        required=False,
        widget=forms.HiddenInput,
        help_text=gettext_lazy("Versions of both customers that were looked at: “3-17”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_choices(self.kind, self.rights, MERGE, [self], creates=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        into = data.get("into")
        if into is None or not self.records:
            return data
        source = self.records[0]
        refused = merge_refusal(source, into)
        if refused:
            self.add_error("into", refused)
            return data
        seen = f"{source.version}-{into.version}"
        if data.get("seen") != seen:
            self.data = self.data.copy()
            self.data["seen"] = seen
            self.add_error(None, _("Look at what moves, then merge."))
        data["seen_versions"] = (source.version, into.version)
        return data

    def notices(self) -> Sequence[Notice]:
        """What hangs on the customer, where it is known into which one it would be merged."""
        if not self.records:
            return []
        source = self.records[0]
        into = self.cleaned_data.get("into") if self.is_bound else None
        if into is None:
            return self._alike(source)
        moves = _(", ").join(f"{label} {number}" for label, number in count_hanging(source))
        said = {"source": source, "into": into, "moves": moves or _("nothing")}
        return [
            Notice(_("From “%(source)s” to “%(into)s”: %(moves)s.") % said, level="warning"),
            Notice(_("“%(source)s” goes from all lists and leads to “%(into)s”.") % said),
        ]

    def _alike(self, source: Customer) -> list[Notice]:
        """Customers that agree with this one, as far as whoever asks may see them."""
        matches = find_matches(
            name=source.name,
            phones=[source.phone],
            tax_id=source.tax_id,
            among=["sales.customer", "sales.contact"],
            exclude=[source.business_key],
        )
        seen = self.kind.queryset(self.rights).in_bulk([match.pk for match in matches])
        text = _("%(basis)s: %(customer)s")
        return [
            Notice(
                text % {"basis": match.basis.label, "customer": match.label},
                url_of_key(match.business_key),
            )
            for match in matches
            if match.pk in seen
        ]
