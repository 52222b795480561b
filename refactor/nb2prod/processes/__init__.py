"""Starting and ending processes: the one place where operating systems differ in that."""
