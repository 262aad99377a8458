"""A large account set, for measurements: rows as the models would save them, written by COPY."""
