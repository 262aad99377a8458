"""Files of each test lie in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    """Files of other tests, whose rows were rolled back, lie elsewhere."""
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def on_disk() -> Callable[[], set[str]]:
    """`on_disk()`: paths of all files of the account set."""

    def present() -> set[str]:
        root = Path(default_storage.location)
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    return present
