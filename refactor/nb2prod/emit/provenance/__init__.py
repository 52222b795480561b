"""The provenance of a generated project: writing it, and reading it back."""
