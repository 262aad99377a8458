"""History of fields: the old and new values of every record and its lines, and who changed them."""
