"""Text with positions: spans, JSON, YAML, Python; secrets; replacing files."""
