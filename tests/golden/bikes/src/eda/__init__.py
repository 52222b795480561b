"""The pipeline of the notebook `eda.ipynb`."""
