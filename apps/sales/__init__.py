"""Customers, their contacts, and the prices they are offered."""
