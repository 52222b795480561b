"""The grammar of a rule's page: its examples, which are its tests."""
