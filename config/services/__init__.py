"""The services that the project starts for itself: PostgreSQL, Valkey, and who watches them.

Only the standard library is needed here, and no Django: these modules run before and beside it.
"""
