"""From the flow of a notebook to the plan of a pipeline."""
