"""The worker process, which plans and writes code, and its client."""
