"""`make requirements`: pin everything that pyproject.toml names, by hash and without addresses."""

from __future__ import annotations

import sys
from pathlib import Path

from config.bootstrap.packages import find_uv, uv_addresses
from config.bootstrap.steps import ROOT, StepFailed, run

OPTIONS = (
    *("--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header"),
)
# File → what of pyproject.toml goes into it.
FILES = {
    "runtime": ("pyproject.toml", "--group", "embedded"),
    "dev": ("pyproject.toml", "--group", "embedded", "--group", "dev"),
    "uv": ("--group", "uv"),
    "node": ("--group", "node"),
}


def main(arguments: list[str]) -> int:
    """Write the files; with `--upgrade` to the newest versions, else keeping what is pinned."""
    uv = find_uv()
    if uv is None:
        sys.stderr.write("uv is needed\n")
        return 1
    for name, sources in FILES.items():
        target = Path("requirements") / f"{name}.txt"
        command: list[str | Path] = [uv, "pip", "compile"]
        command += [*OPTIONS, *arguments, *sources, "--output-file", target]
        try:
            run(command, folder=ROOT, environment=uv_addresses())
        except StepFailed as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
