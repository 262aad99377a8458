"""Document kinds: one declaration each; lists, pages, forms, REST, approval and rights follow."""
