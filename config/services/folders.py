"""Folders of the services, and who may use them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from config.services.exceptions import UnsafeFolder

# A socket's path holds 107 bytes; the longest name in a folder is ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 90


def private_folder(path: Path, owner: int | None = None) -> Path:
    """Make a folder that only its owner (a user id; by default this user) may enter."""
    owner = os.geteuid() if owner is None else owner
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_symlink() or path.stat().st_uid not in (os.geteuid(), owner):
        raise UnsafeFolder(f"{path} belongs to somebody else: remove it")
    if path.stat().st_uid != owner:
        os.chown(path, owner, -1)
    path.chmod(0o700)
    return path


def outside_folder(path: Path, parent: str) -> Path:
    """The stand-in of `path` under a folder that everybody may walk, for ever the same."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return Path(parent) / f"lingdang-crm-{os.geteuid()}-{digest}"


def socket_folder(path: Path, owner: int | None = None) -> Path:
    """`path`, made private, or its stand-in with a short name where `path` is too long."""
    if len(os.fsencode(path)) > LONGEST_SOCKET_FOLDER:
        path = outside_folder(path, "/tmp")  # noqa: S108 - private, and checked to be ours
    return private_folder(path, owner)
