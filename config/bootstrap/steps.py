"""Steps that are repeated only when their inputs changed, and how they report."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
TOOLS = VAR / "tools"
# When make was started: one clock for all the processes that it starts one after the other.
STARTED = "CRM_STARTED"
os.environ.setdefault(STARTED, str(time.time()))


class StepFailed(Exception):
    """A step did not work; the text says what to do about it."""


def say(line: str) -> None:
    """One line of progress, with the seconds since the start."""
    seconds = time.time() - float(os.environ[STARTED])
    sys.stdout.write(f"[{seconds:5.1f} s] {line}\n")
    sys.stdout.flush()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second command that is started in the same tree wait here for the first."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "bootstrap.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command that sets up the same folder")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(
    command: Sequence[str | os.PathLike[str]],
    *,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run to the end; raise StepFailed with what it printed if it fails."""
    result = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise StepFailed(f"{words}\n{result.stdout.strip()}")


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """A digest of files and folders, their names included."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Stamp:
    """Remembers from what a thing was made."""

    def __init__(self, name: str) -> None:
        self.path = VAR / "stamps" / name

    def holds(self, value: str) -> bool:
        return self.path.exists() and self.path.read_text() == value

    def set(self, value: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(value)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
