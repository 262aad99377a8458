"""Task forms of sales."""

from apps.sales.companies import task_forms as companies
from apps.sales.leads import task_forms as leads
from apps.sales.presales import task_forms as presales

__all__ = ["companies", "leads", "presales"]
