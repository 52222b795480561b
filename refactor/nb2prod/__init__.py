"""nb2prod: from a notebook to a project that is checked to compute the same."""
