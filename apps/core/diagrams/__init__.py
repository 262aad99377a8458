"""Diagrams as pictures that are alive: the files, the path a case has taken, decision tables."""
