"""The pipeline of the notebook `sentiment.ipynb`."""
