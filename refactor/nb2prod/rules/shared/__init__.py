"""Queries shared by several notebook rules."""
