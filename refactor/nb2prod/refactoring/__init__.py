"""Refactorings of a notebook in place, which keep its results."""
