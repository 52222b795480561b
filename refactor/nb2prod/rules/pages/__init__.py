"""The grammar of rule pages, whose examples are the tests of the rules."""
