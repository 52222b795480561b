"""The Python package of a generated project."""
