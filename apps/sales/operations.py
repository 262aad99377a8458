"""Operations that the diagrams of sales may name."""

from apps.sales.leads import operations as leads

__all__ = ["leads"]
