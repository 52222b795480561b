"""The transport of messages, and the positions in them."""
