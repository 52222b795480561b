"""Options of libraries that the notebook sets, for the stages after."""

import warnings


def load_data() -> None:
    """Set what the stage load_data sets."""
    warnings.filterwarnings("ignore")
