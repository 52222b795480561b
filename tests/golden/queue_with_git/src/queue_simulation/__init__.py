"""The pipeline of the notebook `queue_simulation.md`."""
