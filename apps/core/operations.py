"""Operations that the diagrams of the core may name."""

from apps.core.approval import operations as approval
from apps.core.kinds import operations as documents
from apps.core.requests import operations as requests

__all__ = ["approval", "documents", "requests"]
