"""The diagrams that lie in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def diagrams_in(*folders: str) -> dict[str, bytes]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.*mn"))]
    return {path.name: path.read_bytes() for path in paths if path.suffix in (".bpmn", ".dmn")}


@pytest.fixture(scope="session")
def shipped() -> dict[str, bytes]:
    """Diagrams and tables of the product, by file name."""
    return diagrams_in("processes")


@pytest.fixture(scope="session")
def drafts() -> dict[str, bytes]:
    """Those that wait for their apps, together with the shipped ones they call."""
    areas = ("approval", "sales", "service", "desk")
    return diagrams_in("processes", *(f"tests/processes/{area}" for area in areas))
