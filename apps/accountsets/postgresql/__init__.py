"""The database backend, named by the setting ``DATABASES``."""
