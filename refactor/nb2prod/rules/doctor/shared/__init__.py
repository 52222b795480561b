"""Queries shared by several repository rules."""
