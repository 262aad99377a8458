"""A document on paper: A4, with its lines, its amount in words and who approved it."""
