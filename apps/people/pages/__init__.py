"""Screens of people under `/settings/`."""
