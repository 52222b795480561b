"""Text and where things stand in it: spans, JSON, YAML, Python; secrets; replacing files."""
