"""Numbers of documents: unique in the account set, never used twice."""
