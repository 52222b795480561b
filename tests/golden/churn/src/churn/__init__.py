"""The pipeline of the notebook `churn.ipynb`."""
