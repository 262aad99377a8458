"""Task forms of the core."""

from apps.core.approval import forms as approval
from apps.core.kinds import task_forms as documents
from apps.core.requests import forms as requests

__all__ = ["approval", "documents", "requests"]
