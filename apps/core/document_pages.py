"""Pages of the core's kinds of documents in the approval center; found at start-up."""

from apps.core.requests import pages as requests

__all__ = ["requests"]
