"""Task forms of sales."""

from apps.sales.leads import task_forms as leads

__all__ = ["leads"]
