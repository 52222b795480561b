"""The pipeline of the notebook `GridSearch.ipynb`."""
