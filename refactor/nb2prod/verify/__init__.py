"""Run the notebook, run the project, compare."""
