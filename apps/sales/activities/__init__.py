"""Sales activities: what is planned with somebody one sells to, and what came of it."""
