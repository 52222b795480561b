"""Refactorings of a notebook in place: it goes on running, and computes the same as before."""
