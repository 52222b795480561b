"""One notebook, understood once: its statements, what each uses, binds and changes."""
