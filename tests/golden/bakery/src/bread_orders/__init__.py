"""The pipeline of the notebook `Bread orders.ipynb`."""
