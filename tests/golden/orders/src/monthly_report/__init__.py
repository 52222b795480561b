"""The pipeline of the notebook `monthly_report.ipynb`."""
