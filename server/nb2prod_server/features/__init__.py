"""The features of the server, one module for each request of the protocol."""
