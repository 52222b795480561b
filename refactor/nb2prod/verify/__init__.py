"""Run the notebook and the project, and compare them; the only room that executes user code."""
