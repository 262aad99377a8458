"""What follows from an activity for what it is about: when somebody was last in contact with it,
and when a lead is to be contacted next."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min
from django.utils import timezone

from apps.sales.activities.models import SalesActivity
from apps.sales.companies.services import touch_company
from apps.sales.customers.services import touch_customer
from apps.sales.leads.models import Lead
from apps.sales.leads.services import touch_lead


def touch(activity: SalesActivity, *, by: int | None) -> None:
    """Somebody was in contact with the company, lead and customer of a finished activity."""
    at = activity.done_at
    if at is None:
        return
    if activity.company_id is not None:
        touch_company(company_id=activity.company_id, at=at, by=by)
    if activity.lead_id is not None:
        touch_lead(lead_id=activity.lead_id, at=at)
    if activity.customer_id is not None:
        touch_customer(customer_id=activity.customer_id, at=at)


def set_next_contact(lead_id: int | None, *, now: datetime) -> None:
    """A lead is contacted next when the next activity with it is planned. Where none is, a day that
    was set and is still to come stays."""
    if lead_id is None:
        return
    planned = SalesActivity.objects.planned().filter(lead=lead_id, planned_at__gte=now)
    first = planned.aggregate(first=Min("planned_at"))["first"]
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    day = timezone.localdate(first) if first else None
    still_to_come = lead.next_contact_on and lead.next_contact_on > timezone.localdate(now)
    if day is None and still_to_come:
        return
    if lead.next_contact_on != day:
        lead.next_contact_on = day
        lead.save(update_fields=["next_contact_on"])
