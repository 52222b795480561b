"""IPython syntax: magics, shell commands and prompts, masked or converted to Python."""
