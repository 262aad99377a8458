"""Pages of every kind."""
