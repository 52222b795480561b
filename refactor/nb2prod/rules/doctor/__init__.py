"""The rules that look at a repository as a whole; apart, so that `check` need not import them."""
