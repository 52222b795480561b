"""The state of the server: open documents and notebooks, findings, settings."""
