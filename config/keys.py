"""Keys that production must have been given: secret, long, and not those of the demo."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

DEMO_KEY = "insecure-demo-key-that-production-refuses-to-start-with"

_LEAST_LENGTH = 50
_LEAST_DIFFERENT = 12


def require_strong(**keys: str) -> None:
    """Raise ImproperlyConfigured for a default, short, uniform or repeated key."""
    for name, key in keys.items():
        if key == DEMO_KEY or key.startswith("django-insecure-"):
            raise ImproperlyConfigured(f"{name}: set a key of your own, at least 50 characters")
        if len(key) < _LEAST_LENGTH or len(set(key)) < _LEAST_DIFFERENT:
            raise ImproperlyConfigured(f"{name}: too weak, use at least 50 random characters")
    if len(set(keys.values())) < len(keys):
        raise ImproperlyConfigured(f"{', '.join(keys)}: must differ from each other")
