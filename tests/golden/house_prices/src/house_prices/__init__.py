"""The pipeline of the notebook `House prices - final v2.ipynb`."""
