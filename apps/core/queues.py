"""The queues that diagrams may name."""

from apps.core.inbox.wording import QUEUES
from engine.queues import registry

for code, label in QUEUES.items():
    registry.add(code, label)
