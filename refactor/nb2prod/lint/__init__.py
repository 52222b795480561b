"""The linter: checking files and open notebooks, fixes, suppressions, the cache."""
