"""Queries that several rules on notebooks share."""
