"""Recording data for the tests of a generated project, and trying these tests."""
