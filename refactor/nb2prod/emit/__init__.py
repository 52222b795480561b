"""Generation of a project's files from a plan."""
