"""One module for each request of the protocol."""
