"""nb2prod turns a notebook into a project, and verifies that both compute the same."""
