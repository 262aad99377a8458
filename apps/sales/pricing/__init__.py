"""Price policies, and the price that a customer is offered."""
