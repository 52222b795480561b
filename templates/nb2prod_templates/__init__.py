"""The templates that nb2prod renders: data files only."""
