"""What is open: documents, notebooks, findings, settings."""
