"""Pango, which draws the letters of PDFs. Without it everything works but the PDF button."""

from __future__ import annotations

import os
import shutil
from ctypes.util import find_library

from config.bootstrap.steps import StepFailed, run, say

LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
"""Library → Debian's package."""


def ensure_pango() -> None:
    """Install what is missing where that can be done; else leave it to the PDF button to say so."""
    missing = [package for library, package in LIBRARIES.items() if not find_library(library)]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("installing Pango by apt")
    try:
        run(["apt-get", "update"])
        run(
            ["apt-get", "install", "-y", "--no-install-recommends", *missing],
            environment={"DEBIAN_FRONTEND": "noninteractive"},
        )
    except StepFailed as problem:
        say(f"apt has none, PDFs can't be made: {str(problem).splitlines()[-1]}")
