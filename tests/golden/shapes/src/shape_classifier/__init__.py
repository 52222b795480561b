"""The pipeline of the notebook `Shape classifier.ipynb`."""
