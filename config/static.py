"""The collected static files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from config.bootstrap.steps import one_at_a_time


def collect_static() -> None:
    """Collect, hash and compress; only where something changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    with one_at_a_time():  # another start in the same folder would clear what this one writes
        sources = _sources()
        if stamp.exists() and stamp.read_text() == sources:
            return
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(sources)


def _sources() -> str:
    """A digest of the names, sizes and times of all files that would be collected."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
