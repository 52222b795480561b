"""The pipeline of the notebook `02_weather.ipynb`."""
