"""Whether the server is well: what `/healthz` tells."""
