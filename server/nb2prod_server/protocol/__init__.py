"""Bytes and positions on the wire."""
