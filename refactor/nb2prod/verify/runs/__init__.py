"""Running code: the notebook in a kernel, stages of a project, DVC commands."""
