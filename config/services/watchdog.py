"""Programs that live but do not work: found out by what is known of their health, and ended, so
that the supervisor brings them back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from config.services.supervisor import Supervisor

LOOK_SECONDS = 5
UNWELL_SECONDS = 10  # so long one may be unwell in a row
START_SECONDS = 60  # so long one may take to start


class Watchdog:
    """`ask` tells by name which programs are well; one of which it knows nothing is left alone."""

    def __init__(self, supervisor: Supervisor, ask: Callable[[], Mapping[str, bool]]) -> None:
        self.supervisor = supervisor
        self.ask = ask
        self.due = 0.0
        self.unwell_since: dict[str, float] = {}

    def look(self) -> None:
        """Ask where it is time to, and end whoever has been unwell for too long."""
        now = time.monotonic()
        if now < self.due:
            return
        self.due = now + LOOK_SECONDS
        well = self.ask()
        for child in self.supervisor.children:
            name = child.program.name
            if child.ended() or well.get(name, True):
                self.unwell_since.pop(name, None)
                continue
            since = self.unwell_since.setdefault(name, now)
            if now - since >= UNWELL_SECONDS and now - child.starts[-1] >= START_SECONDS:
                self.supervisor.say(f"{name} lives but does not work: it is ended")
                child.record.kill_group()
