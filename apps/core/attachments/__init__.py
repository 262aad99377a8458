"""Files that belong to a record: contracts, quotations, pictures."""
