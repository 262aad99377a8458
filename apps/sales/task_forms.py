"""Task forms of sales."""

from apps.sales.leads import task_forms as leads
from apps.sales.presales import task_forms as presales

__all__ = ["leads", "presales"]
