"""Views of the desk: the first page, the approval center, its batches and small settings."""
