"""One's own account: second step of the login, sessions."""
