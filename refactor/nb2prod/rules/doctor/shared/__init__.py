"""Queries that several rules on repositories share."""
