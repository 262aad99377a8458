"""A small disk of its own for a folder, which can be filled up.

It is mounted in a namespace, so that an ordinary user may; a process holds that as long as its
standard input is open."""

from __future__ import annotations

import subprocess
from pathlib import Path

MEGABYTES = 384

# The disk with what the folder holds, and then in the folder's place.
MOUNT = """
mkdir "$1.disk" && mount -t tmpfs -o size="$2"m,mode=700 tmpfs "$1.disk" &&
cp -a "$1/." "$1.disk/" && mount --bind "$1.disk" "$1" && echo mounted && exec cat
"""
HOLD = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh")


class SmallDisk:
    """Begins with what the folder holds. Raises OSError where this machine forbids it."""

    def __init__(self, folder: Path) -> None:
        self.ballast = folder / "ballast"
        self.holder = subprocess.Popen(
            [*HOLD, str(folder), str(MEGABYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )
        assert self.holder.stdout is not None
        said = self.holder.stdout.readline().strip()
        if said != "mounted":
            self.close()
            raise OSError(f"no disk can be mounted here: {said}")

    @property
    def enter(self) -> list[str]:
        """What stands before a command that is to see the disk. It runs as this user's root."""
        target = ("--target", str(self.holder.pid), "--user", "--mount")
        return ["nsenter", *target, "--preserve-credentials"]

    def fill(self) -> None:
        """Leave no room."""
        command = [*self.enter, "dd", "if=/dev/zero", f"of={self.ballast}", "bs=64k"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        assert "No space left" in done.stderr, done.stderr

    def free(self) -> None:
        """Give the room back."""
        subprocess.run([*self.enter, "rm", "-f", str(self.ballast)], check=True, cwd="/")

    def close(self) -> None:
        self.holder.communicate()
