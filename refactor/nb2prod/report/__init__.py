"""Findings, plans and verdicts, for people and for programs."""
