"""Analysis of one notebook: its statements, and what each uses, binds and changes."""
