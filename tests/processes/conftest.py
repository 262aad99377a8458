"""People, operations and forms for the diagrams."""

from tests.casework import people, registered

__all__ = ["people", "registered"]
