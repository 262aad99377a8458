"""`make bench`: how fast the engine is, against the same rows written by hand in the same run."""
