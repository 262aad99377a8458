"""Opportunities: what might be sold, how far it has come, and the funnel they make together."""
