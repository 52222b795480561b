"""Where a generated project comes from, and reading that back."""
