"""Operations that the diagrams of sales may name."""

from apps.sales.activities import operations as activities
from apps.sales.companies import operations as companies
from apps.sales.leads import operations as leads
from apps.sales.presales import operations as presales

__all__ = ["activities", "companies", "leads", "presales"]
