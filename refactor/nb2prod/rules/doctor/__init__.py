"""Rules that check a repository as a whole; kept apart so that `check` need not import them."""
