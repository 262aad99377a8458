"""Task forms of the core."""

from apps.core.approval import forms as approval
from apps.core.requests import forms as requests

__all__ = ["approval", "requests"]
