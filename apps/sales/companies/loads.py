"""How much each colleague has to do, for whoever assigns something."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.core.access.actions import EVERYONE, Action
from apps.core.access.models import RoleGrant
from apps.core.inbox.forms import colleagues
from apps.people.models import Department, RoleHolder
from apps.sales.companies.models import CompanyState, TargetCompany
from apps.sales.leads.models import OPEN, Lead
from engine.organisation import Role


def sellers() -> QuerySet[Any]:
    """Colleagues who belong to a department and may see leads, each with the companies they hold
    (`companies`) and their open leads (`leads`)."""
    return (
        colleagues()
        .filter(_see_leads(), employee__department__isnull=False)
        .annotate(
            companies=_counted(TargetCompany.objects.filter(state=CompanyState.CLAIMED)),
            leads=_counted(Lead.objects.filter(state__in=OPEN)),
        )
    )


def _see_leads() -> Q:
    """What `rights_of` says of one, of all in one question."""
    seeing = RoleGrant.objects.filter(kind="sales.lead", action=Action.VIEW)
    holds = RoleHolder.objects.filter(employee=OuterRef("pk"), role__in=seeing.values("role"))
    heads = Department.objects.filter(head=OuterRef("pk"))
    return (
        Q(Exists(holds))
        | Q(Exists(heads), Exists(seeing.filter(role=Role.DEPARTMENT_HEAD)))
        | Q(Exists(seeing.filter(role=EVERYONE)))
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    of_each = rows.filter(owner=OuterRef("pk")).order_by().values("owner")
    counted = of_each.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class SellerChoice(forms.ModelChoiceField):
    """A colleague, with their load beside the name."""

    def label_from_instance(self, user: Any) -> str:
        return _("%(name)s (companies %(companies)s, leads %(leads)s)") % {
            "name": user,
            "companies": user.companies,
            "leads": user.leads,
        }
