"""Facts about libraries, as data: the effects and traits of calls, the distributions."""
