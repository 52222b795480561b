"""The inference slice: from a notebook's model back to the raw record."""
