"""The studio: where diagrams are looked after, brought in and published."""
