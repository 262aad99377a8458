"""The virtual environment, with the very packages that the requirements pin by hash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from config.bootstrap.steps import ROOT, TOOLS, Stamp, StepFailed, fingerprint, run, say

ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
# "development" holds all of "runtime".
FILES = {"runtime": REQUIREMENTS / "runtime.txt", "development": REQUIREMENTS / "dev.txt"}


def ensure_packages(kind: str) -> None:
    """Bring `.venv` to what `runtime` or `development` names; nothing where it is so already. Where
    one develops, new requirements of the runtime take no tool away."""
    if (ENVIRONMENT / "bin" / "pytest").exists():
        kind = "development"
    stamp = Stamp("packages")
    wanted = {name: _fingerprint(name) for name in FILES}
    enough = [wanted["development"], wanted[kind]]
    if PYTHON.exists() and any(stamp.holds(value) for value in enough):
        return
    stamp.clear()
    _make_environment()
    say(f"installing the packages of {FILES[kind].relative_to(ROOT)}")
    _synchronise(FILES[kind])
    _make_project_importable()
    stamp.set(wanted[kind])


def _fingerprint(kind: str) -> str:
    return fingerprint([FILES[kind]], kind, sys.version)


def _make_environment() -> None:
    if PYTHON.exists():
        return
    say("making the virtual environment")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", ENVIRONMENT])
    except StepFailed as problem:
        raise StepFailed(f"{problem}\nOn Debian: apt-get install python3-venv") from None


def _synchronise(requirements: Path) -> None:
    """By uv, which is ten times as fast; by pip where uv cannot be had or does not get through."""
    uv = find_uv()
    if uv is not None:
        try:
            run(
                [uv, "pip", "sync", "--python", PYTHON, "--require-hashes", requirements],
                environment=uv_addresses(),
            )
        except StepFailed as problem:
            say(f"uv did not get through, pip is tried: {str(problem).splitlines()[-1]}")
        else:
            return
    run([PYTHON, "-m", "ensurepip", "--upgrade"])
    run([PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", requirements])


def find_uv() -> str | None:
    """uv of the machine, else one of our own beside the environment; None if it can't be had."""
    if found := shutil.which("uv"):
        return found
    own = TOOLS / "uv" / "bin" / "uv"
    if not own.exists():
        pinned = REQUIREMENTS / "uv.txt"
        try:
            install_tool(pinned, TOOLS / "uv")
        except StepFailed:
            return None
    return str(own)


def install_tool(requirements: Path, folder: Path) -> None:
    """Install pinned packages into a folder of their own, not into the environment."""
    run([PYTHON, "-m", "ensurepip", "--upgrade"])
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
    ]
    run([*pip, "--target", folder, "-r", requirements])


def uv_addresses() -> dict[str, str]:
    """How pip is told to look for packages, in uv's words: uv does not read pip's settings."""
    listing = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, str] = {}
    for line in listing.splitlines():
        name, _equals, value = line.partition("=")
        # ":env:.index-url" goes before "global.index-url", and is listed first.
        variable = _UV_NAMES.get(name.rpartition(".")[2])
        places = value.strip("'\"").replace("\\n", " ").split()
        if variable and variable not in os.environ:
            found.setdefault(variable, " ".join(filter(_is_there, places)))
    found = {name: value for name, value in found.items() if value}
    # As pip does: the best of all places. The hashes say what is taken.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **found}


def _is_there(place: str) -> bool:
    """Folders that aren't there are skipped by pip, and are an error for uv."""
    return not place.startswith(("file:", "/")) or Path(urlsplit(place).path).exists()


def _make_project_importable() -> None:
    """As an editable install does: pytest loads our plugin before it knows the folder."""
    [packages] = (ENVIRONMENT / "lib").glob("python3*/site-packages")
    (packages / "lingdang_crm.pth").write_text(f"{ROOT}\n")
