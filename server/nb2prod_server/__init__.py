"""The language server of nb2prod."""
