"""General requests (事项申请): subject, amount and text, all of it variables of the process."""
