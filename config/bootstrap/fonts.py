"""A Chinese font for the pages that the browser tests and `make screenshots` look at."""

from __future__ import annotations

import os
import shutil
import subprocess

from config.bootstrap.steps import StepFailed, run, say

PACKAGE = "fonts-noto-cjk"


def ensure_chinese_font() -> None:
    """Leave a font that has Chinese; say so where none can be had, for nothing but pictures fails
    then."""
    if has_chinese_font():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing a Chinese font by apt")
        try:
            run(["apt-get", "update"])
            run(
                ["apt-get", "install", "-y", "--no-install-recommends", "fontconfig", PACKAGE],
                environment={"DEBIAN_FRONTEND": "noninteractive"},
            )
        except StepFailed as problem:
            say(f"apt has none: {str(problem).splitlines()[-1]}")
        else:
            return
    say(f"no Chinese font: pictures will show boxes. Install one, e.g. {PACKAGE}")


def has_chinese_font() -> bool:
    """Whether this machine shows Chinese."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    found = subprocess.run([program, ":lang=zh"], capture_output=True, check=False)
    return bool(found.stdout.strip())
