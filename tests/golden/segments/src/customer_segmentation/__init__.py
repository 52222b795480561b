"""The pipeline of the notebook `customer_segmentation.ipynb`."""
