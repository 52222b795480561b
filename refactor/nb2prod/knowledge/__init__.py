"""Facts about libraries: what their calls do, what distributions bring them."""
