"""Pages of the site that are generated from the code and the texts that nb2prod has anyway."""
