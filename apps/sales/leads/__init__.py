"""Leads: firms that may become customers, until a review says so."""
