"""`python3 -m config.bootstrap PART…`: runtime or development, frontend, browser, pdf."""

from __future__ import annotations

import sys

from config.bootstrap.browser import ensure_chromium
from config.bootstrap.fonts import ensure_chinese_font
from config.bootstrap.frontend import ensure_bundle
from config.bootstrap.packages import ensure_packages
from config.bootstrap.pango import ensure_pango
from config.bootstrap.steps import StepFailed, one_at_a_time


def ensure_browser() -> None:
    """What shows pages: a browser, and a font in which they can be read."""
    ensure_chromium()
    ensure_chinese_font()


PARTS = {
    "runtime": lambda: ensure_packages("runtime"),
    "development": lambda: ensure_packages("development"),
    "frontend": ensure_bundle,
    "browser": ensure_browser,
    "pdf": ensure_pango,
}
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)


def main(parts: list[str]) -> int:
    """Do the parts in order; 0, or 1 with the reason printed."""
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write(f"Python 3.11 to 3.13 is needed, this is {found}. Set PYTHON=python3.11\n")
        return 1
    try:
        with one_at_a_time():
            for part in parts:
                PARTS[part]()
    except StepFailed as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
