"""The templates of generated files, as package data."""
