"""Comparing what the notebook and the project computed."""
