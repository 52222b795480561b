"""The pipeline of the notebook `ab_test.py`."""
