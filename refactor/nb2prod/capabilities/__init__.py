"""The capabilities: optional parts of a generated project, one module or folder each."""
