"""Which document was made from which (下推), and the chain of them (联查)."""
