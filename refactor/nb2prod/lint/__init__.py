"""The engine of the rules: checking files and open notebooks, fixes, suppressions, cache."""
