"""A Chromium for the tests: found, else installed by the distribution, else from npm."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from config.bootstrap.frontend import find_node
from config.bootstrap.steps import ROOT, TOOLS, StepFailed, run, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Kept apart from the front end: only tests need it.
OWN = TOOLS / "chromium"
PATH_FILE = OWN / "path"


def find_chromium() -> str | None:
    """Where it is; None where there is none yet. CHROMIUM in the environment goes first."""
    named = os.environ.get("CHROMIUM")
    found = [named, *(shutil.which(name) for name in NAMES)]
    if PATH_FILE.exists():
        found.append(PATH_FILE.read_text())
    return next((path for path in found if path and Path(path).exists()), None)


def ensure_chromium() -> None:
    """Leave a Chromium that `find_chromium` finds; raise StepFailed where it can't be had."""
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("installing Chromium by apt")
        try:
            run(["apt-get", "update"])
            run(
                ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
                environment={"DEBIAN_FRONTEND": "noninteractive"},
            )
        except StepFailed as problem:
            say(f"apt has none: {str(problem).splitlines()[-1]}")
        else:
            return
    say("installing Chromium from npm")
    _install_from_npm()


def _install_from_npm() -> None:
    source = ROOT / "tests" / "browser" / "chromium"
    shutil.copytree(source, OWN, dirs_exist_ok=True)
    node, npm = find_node()
    run([*npm, "ci", "--ignore-scripts"], folder=OWN)
    run([*node, "unpack.mjs", PATH_FILE], folder=OWN)
