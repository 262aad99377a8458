"""Products, their prices and tax rates: what contracts, stock and service speak of."""
