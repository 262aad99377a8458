"""Customers: the firms that buy or might buy."""
