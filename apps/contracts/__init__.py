"""Contracts: what was agreed with a customer, and when it is paid."""
