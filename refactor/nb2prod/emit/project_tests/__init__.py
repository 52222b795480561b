"""The tests of a generated project."""
