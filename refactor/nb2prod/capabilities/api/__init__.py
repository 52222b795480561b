"""A FastAPI service of the notebook's model."""
