"""The worker process, which analyses notebooks and writes code, and its client."""
