"""Comparing the values, lines and files of the notebook with those of the project."""
