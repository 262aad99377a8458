"""Generated examples: no deadline each, which would measure how busy the machine is."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")
