"""Reports of findings, plans and differences, for people and for programs."""
