"""IPython's syntax: magics, shell commands and prompts, masked or turned into Python."""
