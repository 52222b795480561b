"""Notebooks: the model, reading, writing, changing and comparing them."""
