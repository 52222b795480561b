"""Recording and trying the tests of a generated project."""
