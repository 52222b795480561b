"""Planning: the stages and functions of the pipeline that a notebook becomes."""
