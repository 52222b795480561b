"""The pipeline of the notebook `Load forecast.ipynb`."""
