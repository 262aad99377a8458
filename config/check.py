"""`make check`: every linter, each told what it is for. All run; the exit status tells of any."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config.services.exceptions import ServiceError
from config.services.shared import join

ROOT = Path(__file__).resolve().parent.parent

CHECKS: dict[str, tuple[str, ...]] = {
    "style": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types of the engine and the core": ("mypy", "--strict", "-p", "engine", "-p", "apps.core"),
    "who may import whom": ("lint-imports",),
    "templates": ("djlint", "templates", "--lint", "--quiet"),
    "spelling": ("codespell",),
    "migrations": ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
    "translations": ("python", "-m", "config.messages", "check"),
    "system checks": ("python", "manage.py", "check", "--fail-level", "WARNING"),
}
DEPLOYMENT = ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING")


def production(stores: Mapping[str, str]) -> dict[str, str]:
    """A made-up production environment, complete."""
    return {
        **stores,
        "CRM_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "TRAIL_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "crm.example.com",
        "EMAIL_URL": "smtp+tls://crm:secret@mail.example.com:587",
        "FILES_URL": f"file://{ROOT / 'var' / 'files'}",
    }


def passes(name: str, command: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    """Run one check; what it says is shown only where it finds something."""
    began = time.monotonic()
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    word = "ok" if result.returncode == 0 else "FAILED"
    sys.stdout.write(f"{word:<7}{name} ({time.monotonic() - began:.1f} s)\n")
    if result.returncode != 0:
        sys.stdout.write(f"{result.stdout}\n")
    sys.stdout.flush()
    return result.returncode == 0


def main() -> int:
    try:
        stores = join(ROOT / "var" / "test").environment
    except ServiceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    test = {**stores, "CRM_MODE": "test"}
    results = [passes(name, command, test) for name, command in CHECKS.items()]
    results.append(passes("deployment", DEPLOYMENT, production(stores)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
